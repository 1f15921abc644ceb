import { readConfig } from "../config.ts";
import { migrate } from "../db/migrate.ts";
import { openDatabase } from "./database.ts";

/** `socialhub migrate`. */
export async function migrateDatabase(): Promise<void> {
  const database = await openDatabase(readConfig());
  try {
    const applied = await migrate(database.ownerUrl, database);
    console.log(applied === 0 ? "Up to date." : `Applied ${applied} migrations.`);
  } finally {
    await database.close();
  }
}
