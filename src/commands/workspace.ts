import type { Command } from "commander";
import { v7 as uuidv7 } from "uuid";
import { readConfig } from "../config.ts";
import { inWorkspace } from "../db/workspace-transaction.ts";
import { asOwner, withMigratedDatabase } from "./database.ts";
import { label } from "./arguments.ts";

/** Registers `socialhub workspace create`. */
export function registerWorkspace(program: Command): void {
  program
    .command("workspace")
    .description("workspaces, the tenants")
    .command("create")
    .description("make a workspace and print its id")
    .argument("<name>", "its name", label)
    .action(async (name: string) => {
      const id = uuidv7();
      await withMigratedDatabase(readConfig(), ({ ownerUrl }) =>
        asOwner(ownerUrl, (client) =>
          inWorkspace(
            client,
            id,
            (transaction) =>
              transaction`insert into workspaces (workspace_id, name) values (${id}::uuid, ${name})`,
          ),
        ),
      );
      console.log(id);
    });
}
