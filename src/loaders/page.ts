import { badUserInput } from "../errors.ts";
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from "../page-size.ts";

/** The paging arguments of every connection. Null means not given. */
export interface PageArguments {
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
}

export interface PageSize {
  size: number;
  /** Counted from the end. */
  backward: boolean;
}

/** How many rows, from which end. Throws BAD_USER_INPUT for what cannot be meant. */
export function readPageSize({ first, last }: PageArguments): PageSize {
  if (first != null && last != null) {
    throw badUserInput("first and last must not be given together; choose one direction");
  }
  const [argument, size] = last == null ? ["first", first] : ["last", last];
  if (size == null) return { size: DEFAULT_PAGE_SIZE, backward: false };
  if (!Number.isInteger(size) || size < 0 || size > MAX_PAGE_SIZE) {
    throw badUserInput(
      `${argument} is ${size}; it must be a whole number from 0 to ${MAX_PAGE_SIZE}`,
    );
  }
  return { size, backward: argument === "last" };
}
