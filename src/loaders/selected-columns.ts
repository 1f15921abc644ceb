import type { PgColumn, PgTable } from "drizzle-orm/pg-core";
import type { RequestContext } from "../context.ts";
import { namedColumns } from "../db/statement.ts";

/**
 * Which columns a loader reads: `selected` leaves out those that no field of the operation has the name
 * of. Ids are always read. Only for types whose resolvers read nothing else of a row: what is left out
 * is undefined there, whatever the row's type says.
 */
export type Reads = "all" | "selected";

/** The names of the columns that an operation does without, and a key that is equal for equal names. */
export interface LeftOut {
  names: ReadonlySet<string>;
  key: string;
}

const NOTHING: LeftOut = { names: new Set(), key: "" };

/** So many different selections of a loader have a statement of their own; all others read all columns. */
const MOST_SELECTIONS = 32;

/** Tells for each operation what a loader of a table may leave out. `always` is read besides the ids. */
export function leavesOut(
  table: PgTable,
  reads: Reads = "all",
  always: readonly PgColumn[] = [],
): (context: RequestContext) => LeftOut {
  if (reads === "all") return () => NOTHING;
  const optional = namedColumns(table)
    .filter(([name, column]) => name === "workspaceId" || !isId(column))
    .filter(([, column]) => !always.includes(column))
    .map(([name]) => name);
  const byKey = new Map<string, LeftOut>();
  const byOperation = new WeakMap<ReadonlySet<string>, LeftOut>();

  return ({ measured: { fields } }) => {
    if (!fields) return NOTHING;
    const known = byOperation.get(fields);
    if (known) return known;
    const names = optional.filter((name) => !fields.has(name));
    const key = names.join(" ");
    const found =
      byKey.get(key) ?? (byKey.size < MOST_SELECTIONS ? { names: new Set(names), key } : NOTHING);
    byKey.set(found.key, found);
    byOperation.set(fields, found);
    return found;
  };
}

const isId = (column: PgColumn) => column.getSQLType() === "uuid";
