import type { CommentFilter, CommentStatus } from "../../operations.generated.ts";
import { addDays, dateOf, isDay } from "../calendar/days.ts";

/** What the inbox is narrowed to: it stands in the address, so that it can be kept and sent on. */
export interface Filters {
  account: string[];
  status: string[];
  /** Whether it starts a thread, or answers: one of them. */
  kind: string[];
  /** Days, as 2026-11-22. */
  from: string;
  to: string;
}

const lists = ["account", "status", "kind"] as const;

export function readFilters(search: URLSearchParams): Filters {
  const day = (name: string) => {
    const given = search.get(name);
    return isDay(given) ? given : "";
  };
  return {
    account: search.getAll("account"),
    status: search.getAll("status"),
    kind: search.getAll("kind").filter((kind) => kind === "thread" || kind === "reply"),
    from: day("from"),
    to: day("to"),
  };
}

export function writeFilters({ from, to, ...filters }: Filters): URLSearchParams {
  const search = new URLSearchParams();
  for (const name of lists) for (const value of filters[name]) search.append(name, value);
  if (from) search.set("from", from);
  if (to) search.set("to", to);
  return search;
}

export const isFiltered = ({ from, to, ...filters }: Filters): boolean =>
  from !== "" || to !== "" || lists.some((name) => filters[name].length > 0);

/** As the API takes them; only what is given, so that equal filters are one list of the cache. */
export function toCommentFilter({ account, status, kind, from, to }: Filters): CommentFilter {
  const range = daysBetween(from, to);
  return {
    ...(account.length > 0 ? { accountIds: account } : {}),
    ...(status.length > 0 ? { statuses: status as CommentStatus[] } : {}),
    // Both of them are all that there is.
    ...(kind.length === 1 ? { startsThread: kind[0] === "thread" } : {}),
    ...(range ? { createdBetween: range } : {}),
  };
}

/** From the first day's beginning to the last one's end, in the reader's time zone. */
export function daysBetween(from: string, to: string): { from?: string; to?: string } | undefined {
  if (!from && !to) return undefined;
  return {
    ...(from ? { from: dateOf(from).toISOString() } : {}),
    ...(to ? { to: dateOf(addDays(to, 1)).toISOString() } : {}),
  };
}
