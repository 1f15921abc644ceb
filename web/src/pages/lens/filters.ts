import type { Mark } from "../../../../src/lens/wire.ts";

/** What the list of operations is narrowed to, as the address and the API have it. */
export interface LensFilters {
  name: string;
  /** Numbers as they were typed; empty for none. */
  minMs: string;
  minStatements: string;
  only: Mark[];
  search: string;
}

export const marks: readonly Mark[] = ["split", "regression", "error"];
const NUMBER = /^\d{1,9}$/;

/** Leaves out what the API would refuse: an address may have been mistyped. */
export function readFilters(search: URLSearchParams): LensFilters {
  const number = (name: string) => {
    const given = search.get(name) ?? "";
    return NUMBER.test(given) ? given : "";
  };
  const only = (search.get("only") ?? "").split(",");
  return {
    name: search.get("name") ?? "",
    minMs: number("minMs"),
    minStatements: number("minStatements"),
    only: marks.filter((mark) => only.includes(mark)),
    search: search.get("search") ?? "",
  };
}

/** Only what is given, so that an address without filters is a short one. */
export function writeFilters({ only, ...words }: LensFilters): URLSearchParams {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(words)) if (value) search.set(name, value);
  if (only.length > 0) search.set("only", only.join(","));
  return search;
}
