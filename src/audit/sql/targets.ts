import type { Client } from "../../db/client.ts";
import { SEARCH_PATH } from "../rules/run.ts";
import { WITH } from "../rules/rule.ts";

/** A table to attack. */
export interface Target {
  /** As it is written in a statement. */
  table: string;
  kind: "tenant" | "partition" | "identity";
  hasId: boolean;
  hasWorkspace: boolean;
  /** Some column, where there is no id. */
  column: string;
}

/** Every table of the database, so that a new one is attacked the day it appears. */
export async function findTargets(client: Client): Promise<Target[]> {
  await client.unsafe(`set search_path = ${SEARCH_PATH}`);
  const found = await client.unsafe<(Omit<Target, "kind"> & { schema: string; part: boolean })[]>(`
    ${WITH} select name as table, nspname as schema, relispartition as part,
      'id' = any(columns) as "hasId", 'workspace_id' = any(columns) as "hasWorkspace", columns[1] as column
    from relation, lateral (
      select array_agg(attname::text order by attnum) as columns from pg_attribute
      where attrelid = relation.oid and attnum > 0 and not attisdropped) as found
    where relkind in ('r', 'p') and nspname <> 'drizzle' order by 1`);
  return found.map(({ schema, part, ...target }) => ({
    ...target,
    kind: schema === "identity" ? "identity" : part ? "partition" : "tenant",
  }));
}
