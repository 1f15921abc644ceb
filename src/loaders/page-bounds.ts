import { sql, type SQL } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import { value } from "../db/statement.ts";
import type { Range } from "./filters.ts";
import type { PageShape } from "./page-definition.ts";

/**
 * Where the page's range of the index begins and ends: at most one condition for each end.
 *
 * Row comparison, because it is an index condition; `a < x or (a = x and b < y)` is a filter. With a
 * cursor and a filter's bound at the same end PostgreSQL would begin at one of the two, whichever is
 * farther, and read all that lies between: hence the nearer one is chosen before.
 */
export function bounds(
  shape: PageShape,
  ranges: Range[],
  sort: PgColumn,
  /** None when the sort is unique. */
  id: PgColumn | undefined,
  descending: boolean,
): SQL[] {
  const [lower, upper] = descending
    ? (["before", "after"] as const)
    : (["after", "before"] as const);
  const end = (cursor: "after" | "before", limits: SQL[], isLower: boolean): SQL[] => {
    const farther = isLower ? sql`>` : sql`<`;
    const cursorSort = value(`${cursor}Sort`, sort.getSQLType());
    const cursorId = value(`${cursor}Id`, "uuid");
    const limit = nearest(limits, isLower);
    if (!shape[cursor]) return limit ? [sql`${sort} ${isLower ? sql`>=` : sql`<`} ${limit}`] : [];
    if (!id && !limit) return [sql`${sort} ${farther} ${cursorSort}`];
    const row = sql`(${sort}, ${id}) ${farther}`;
    if (!id) throw new Error(`a range of ${sort.name}, which is unique`);
    if (!limit) return [sql`${row} (${cursorSort}, ${cursorId})`];
    // No id is nil, so that (moment, nil) stands before all rows of the moment.
    return isLower
      ? [
          sql`${row} (greatest(${cursorSort}, ${limit}),
            case when ${limit} > ${cursorSort} then ${nil} else ${cursorId} end)`,
        ]
      : [
          sql`${row} (least(${cursorSort}, ${limit}),
            case when ${limit} <= ${cursorSort} then ${nil} else ${cursorId} end)`,
        ];
  };
  return [
    ...end(
      lower,
      ranges.flatMap(({ from }) => from ?? []),
      true,
    ),
    ...end(
      upper,
      ranges.flatMap(({ to }) => to ?? []),
      false,
    ),
  ];
}

/** Of the bounds at one end, that which leaves less: PostgreSQL, too, begins at one. */
function nearest(limits: SQL[], isLower: boolean): SQL | undefined {
  if (limits.length < 2) return limits[0];
  return sql`${isLower ? sql`greatest` : sql`least`}(${sql.join(limits, sql`, `)})`;
}

const nil = sql.raw("'00000000-0000-0000-0000-000000000000'::uuid");
