import type postgres from "postgres";
import type { Client } from "./client.ts";
import { isUuid } from "./uuid.ts";

type TypesOf<C> = C extends postgres.Sql<infer Types> ? Types : never;

/** A transaction in which the rows of one workspace can be seen and written. */
export type WorkspaceTransaction = postgres.TransactionSql<TypesOf<Client>>;

/**
 * Runs `work` in one transaction for one workspace: committed when it resolves, rolled back when it throws.
 * The client must have `max: 1` and be used by nobody else meanwhile: on a busy pool BEGIN may be sent
 * on a connection that other queries use.
 */
export async function inWorkspace<Result>(
  client: Client,
  workspaceId: string,
  work: (transaction: WorkspaceTransaction) => Promise<Result>,
): Promise<Result> {
  if (client.options.max !== 1) throw new Error("inWorkspace needs a client with max: 1");
  // SET takes no parameters, so this check is what stands between a value and the statement.
  if (!isUuid(workspaceId)) throw new Error("a workspace id must be a lower-case UUID");
  const result = await client.begin(async (transaction) => {
    // A load takes as long as it takes: a timeout meant for requests must not end it.
    await transaction
      .unsafe(`set local app.workspace_id = '${workspaceId}'; set local statement_timeout = 0`)
      .simple();
    // Boxed: `begin` would take an array for a list of queries.
    return { value: await work(transaction) };
  });
  return result.value;
}
