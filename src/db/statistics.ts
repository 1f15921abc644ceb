import { OWNER_ROLE, type Client } from "./client.ts";

/**
 * Tells the planner what a bulk load changed: without statistics the first plans would be made for
 * empty tables. `client` is the owner's.
 */
export async function refreshStatistics(client: Client): Promise<void> {
  const tables = await client<{ name: string }[]>`
    select format('%I.%I', schemaname, tablename) as name from pg_tables
    where schemaname = 'public' and tableowner = ${OWNER_ROLE}`;
  if (tables.length > 0) {
    await client.unsafe(`analyze ${tables.map(({ name }) => name).join(", ")}`);
  }
}
