import { refusal } from "../errors.ts";
import { withoutStrings } from "./document.ts";
import type { Kept } from "./ring.ts";
import type { Mark, OperationSummary } from "./wire.ts";

/** Which operations are wanted, by the parameters of a URL. */
export interface Filters {
  name: string | undefined;
  minMs: number;
  minStatements: number;
  /** One of these marks is wanted; none when empty. */
  only: readonly Mark[];
  search: string | undefined;
  since: number | undefined;
  limit: number;
}

const MOST_LISTED = 500;
const LISTED = 100;
const MARKS: readonly Mark[] = ["split", "regression", "error"];
const PARAMETERS = ["name", "minMs", "minStatements", "only", "search", "since", "limit"] as const;
type Parameter = (typeof PARAMETERS)[number];

/** Reads the filters in a URL. Throws BAD_USER_INPUT for what is none. */
export function readFilters(url: string): Filters {
  const given = new Map<Parameter, string>();
  for (const [name, value] of new URLSearchParams(url.split("?").slice(1).join("?"))) {
    if (!isParameter(name)) {
      throw wrong(`there is no parameter ${shown(name)}; there are ${PARAMETERS.join(", ")}`);
    }
    if (given.has(name)) throw wrong(`${name} is in the URL twice; send it once`);
    if (value !== "") given.set(name, value);
  }
  const number = (name: Parameter, most = Number.MAX_SAFE_INTEGER) => {
    const text = given.get(name);
    if (text === undefined) return undefined;
    const value = /^\d{1,16}(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
    if (value <= most) return value;
    throw wrong(`${name} is ${shown(text)}; it must be a number from 0 to ${most}`);
  };
  const only = (given.get("only") ?? "").split(",").filter(Boolean);
  for (const mark of only) {
    if (!isMark(mark))
      throw wrong(`only is ${shown(mark)}; it must be some of ${MARKS.join(", ")}`);
  }
  return {
    name: given.get("name"),
    minMs: number("minMs") ?? 0,
    minStatements: number("minStatements") ?? 0,
    only: only.filter(isMark),
    search: given.get("search")?.toLowerCase(),
    since: number("since"),
    limit: number("limit", MOST_LISTED) ?? LISTED,
  };
}

/** What can be told without working anything out. */
export function mayFit({ operation, cursor }: Kept, filters: Filters): boolean {
  const { name, minMs, minStatements, search, since, only } = filters;
  if (since !== undefined && cursor <= since) return false;
  if (name !== undefined && operation.name !== name) return false;
  if (operation.ms < minMs || operation.record.statements < minStatements) return false;
  // Only these have marks that take work.
  const { record, errors } = operation;
  if (only.length > 0 && record.statements === 0 && errors.length === 0) return false;
  return search === undefined || textOf(operation).includes(search);
}

/** Whether its marks are those that are wanted. */
export const fits = ({ marks }: OperationSummary, { only }: Filters) =>
  only.length === 0 || only.some((mark) => marks.includes(mark));

/** What is searched: nothing that is not shown either. */
function textOf({ requestId, name, source = "", codes, batches }: Kept["operation"]): string {
  const loaders = batches.map(({ loader }) => loader);
  return [requestId, name, withoutStrings(source), ...codes, ...loaders].join("\n").toLowerCase();
}

const isParameter = (name: string): name is Parameter =>
  (PARAMETERS as readonly string[]).includes(name);
const isMark = (word: string): word is Mark => (MARKS as readonly string[]).includes(word);

const wrong = (message: string) => refusal("BAD_USER_INPUT", message);
const shown = (text: string) => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
