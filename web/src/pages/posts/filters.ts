import type { PostFilter, PostOrder, PostStatus, Network } from "../../operations.generated.ts";
import { isDay } from "../calendar/days.ts";
import { daysBetween } from "../inbox/filters.ts";

/** What the list of posts is narrowed to: it stands in the address, so that it can be kept and sent on. */
export interface Filters {
  account: string[];
  network: string[];
  status: string[];
  tag: string[];
  /** What is searched for, as it was typed. */
  text: string;
  /** Days, as 2026-11-22. */
  from: string;
  to: string;
  order: PostOrder;
}

const lists = ["account", "network", "status", "tag"] as const;
/** The most characters and words that the API takes. */
export const LONGEST_SEARCH = 100;
export const MOST_WORDS = 8;

export function readFilters(search: URLSearchParams): Filters {
  const day = (name: string) => {
    const given = search.get(name);
    return isDay(given) ? given : "";
  };
  return {
    account: search.getAll("account"),
    network: search.getAll("network"),
    status: search.getAll("status"),
    tag: search.getAll("tag"),
    text: (search.get("text") ?? "").slice(0, LONGEST_SEARCH),
    from: day("from"),
    to: day("to"),
    order: search.get("order") === "OLDEST_FIRST" ? "OLDEST_FIRST" : "NEWEST_FIRST",
  };
}

export function writeFilters({ text, from, to, order, ...filters }: Filters): URLSearchParams {
  const search = new URLSearchParams();
  for (const name of lists) for (const value of filters[name]) search.append(name, value);
  if (text) search.set("text", text);
  if (from) search.set("from", from);
  if (to) search.set("to", to);
  if (order !== "NEWEST_FIRST") search.set("order", order);
  return search;
}

export const isFiltered = ({ text, from, to, ...filters }: Filters): boolean =>
  wordsIn(text).length > 0 ||
  from !== "" ||
  to !== "" ||
  lists.some((name) => filters[name].length > 0);

/** As the API takes them; only what is given, so that equal filters are one list of the cache. */
export function toPostFilter({
  account,
  network,
  status,
  tag,
  text,
  from,
  to,
}: Filters): PostFilter {
  const range = daysBetween(from, to);
  const words = wordsIn(text).slice(0, MOST_WORDS).join(" ");
  return {
    ...(account.length > 0 ? { accountIds: account } : {}),
    ...(network.length > 0 ? { networks: network as Network[] } : {}),
    ...(status.length > 0 ? { statuses: status as PostStatus[] } : {}),
    ...(tag.length > 0 ? { tagIds: tag } : {}),
    ...(words ? { text: words } : {}),
    ...(range ? { timelineBetween: range } : {}),
  };
}

/** The words of a search, without what stands between them. */
export const wordsIn = (text: string): string[] =>
  text.split(/[^\p{L}\p{M}\p{N}]+/u).filter(Boolean);
