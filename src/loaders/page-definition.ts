import type { SQL } from "drizzle-orm";
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";
import type { FilterField, Link } from "./filters.ts";
import type { Reads } from "./selected-columns.ts";

/** An ordering: one NOT NULL column and a direction; the id breaks ties in the same direction. */
export interface Ordering {
  by: PgColumn;
  direction: "asc" | "desc";
  /** No two rows of a workspace have the same value: the unique key's index is enough. */
  isUnique?: boolean;
}

/** Which rows a connection pages. See {@link connection}. */
export interface ConnectionDefinition {
  /** `Account.posts`: for the log, the insight and the cursors. */
  name: string;
  table: PgTable & { workspaceId: PgColumn; id: PgColumn };
  /** The column that holds the parent's id; without one the workspace is the parent. */
  parent?: PgColumn;
  /** What holds for every row that is paged; the indexes are partial by it. */
  only?: SQL;
  /** When the parent's column is one of a table that leads to the rows. */
  through?: Link;
  orders: Record<string, Ordering>;
  /** All columns unless told. */
  reads?: Reads;
  filters?: Record<string, FilterField>;
}

/** What makes the text of a page's statement, besides the conditions. */
export interface PageShape {
  order: string;
  backward: boolean;
  after: boolean;
  before: boolean;
}

/** The ordering of a name. The schema's enums and the definitions are held together by a test. */
export function orderingOf(definition: ConnectionDefinition, order: string): Ordering {
  const ordering = definition.orders[order];
  if (!ordering) throw new Error(`${definition.name} has no ordering ${order}`);
  return ordering;
}
