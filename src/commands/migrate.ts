import type { Command } from "commander";
import { readConfig } from "../config.ts";
import { migrate } from "../db/migrate.ts";
import { openDatabase } from "./database.ts";

/** Registers `socialhub migrate`. */
export function registerMigrate(program: Command): void {
  program
    .command("migrate")
    .description("bring the database up to date")
    .action(async () => {
      const database = await openDatabase(readConfig());
      try {
        const applied = await migrate(database.ownerUrl, database);
        console.log(applied === 0 ? "Up to date." : `Applied ${applied} migrations.`);
      } finally {
        await database.close();
      }
    });
}
