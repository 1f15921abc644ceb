import { is } from "drizzle-orm";
import { getTableConfig, PgTable } from "drizzle-orm/pg-core";
import { readdir } from "node:fs/promises";

/** Every table of src/db/tables by its name, so that a new one is tested the day it appears. */
export async function readTables(): Promise<Map<string, PgTable>> {
  const folder = new URL("../../src/db/tables/", import.meta.url);
  const tables = new Map<string, PgTable>();
  for (const file of await readdir(folder)) {
    const module = (await import(new URL(file, folder).href)) as Record<string, unknown>;
    for (const value of Object.values(module)) {
      if (is(value, PgTable)) tables.set(getTableConfig(value).name, value);
    }
  }
  return tables;
}
