import { sql } from "drizzle-orm";
import { check, type AnyPgColumn } from "drizzle-orm/pg-core";

/** The check that goes with `word` (columns.ts): the column holds one of these words. */
export function checkWords(name: string, column: AnyPgColumn, words: readonly string[]) {
  const list = words.map((value) => `'${value}'`).join(", ");
  return check(name, sql`${column} in (${sql.raw(list)})`);
}
