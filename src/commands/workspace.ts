import { v7 as uuidv7 } from "uuid";
import { readConfig } from "../config.ts";
import { inWorkspace } from "../db/workspace-transaction.ts";
import { asOwner, withMigratedDatabase } from "./database.ts";

/** `socialhub workspace create`. */
export async function createWorkspace(name: string): Promise<void> {
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
}
