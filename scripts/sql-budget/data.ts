import { demoWorkspaceList, seedDemo } from "../../src/data/demo/seed.ts";
import { connect } from "../../src/db/client.ts";
import { migrate } from "../../src/db/migrate.ts";
import { inWorkspace } from "../../src/db/workspace-transaction.ts";
import { buildBigData, type BigDataSize } from "../../test/support/big-data.ts";
import type { TestDatabase } from "../../test/support/database.ts";
import { fillEmptyTables } from "../../test/support/fixtures.ts";
import { addPerson, asOwnerOf } from "../../test/support/people.ts";
import { databaseUrl } from "../../test/support/throwaway-server.ts";
import { fillPostTerms, withoutTriggers } from "../../test/support/without-triggers.ts";

/** What is added to the demo data set: in its first workspace 40 % of it, the rest in 19 others. */
export type Growth = Omit<BigDataSize, "firstWorkspace">;

/** The workspace whose data the documents' examples ask for. */
export const WORKSPACE = demoWorkspaceList()[0]!.id;

/** Who looks at the dashboard: an owner of the workspace, who has invited somebody. */
export const PERSON = "dashboard@example.com";

/**
 * N and 4N. The demo data set, which the documents' ids belong to, has 8,880 posts, 24,900 comments and
 * 950 contacts: with it the second is four times the first.
 */
const N: Growth = { posts: 2500, comments: 2500, contacts: 5000, accounts: 100 };
const FOUR_N: Growth = { posts: 36_640, comments: 84_700, contacts: 22_850, accounts: 400 };

/** Makes both databases on a server. */
export async function makeDatabases(
  serverUrl: string,
  say: (line: string) => void,
): Promise<[TestDatabase, TestDatabase]> {
  const admin = connect(serverUrl, { max: 1 });
  try {
    const small = databaseAt(serverUrl, "small");
    say("making the demo data set");
    await admin.unsafe("create database small");
    await migrate(small.url);
    await withoutTriggers(small.url, () => seedDemo({ ownerUrl: small.url }));
    await fillPostTerms(small.url);
    await admin.unsafe("create database large template small strategy file_copy");
    const large = databaseAt(serverUrl, "large");
    say("making N");
    await grow(small, N);
    say("making 4N");
    await grow(large, FOUR_N);
    return [small, large];
  } finally {
    await admin.end({ timeout: 5 });
  }
}

/**
 * Adds rows to a database with the demo data set. Other workspaces grow as the asking one does: what is
 * read of either shows. Made anew, the data and what PostgreSQL knows of it are the same.
 */
export async function grow(database: TestDatabase, growth: Growth): Promise<void> {
  await buildBigData(database, { ...growth, firstWorkspace: WORKSPACE });
  await fillEmptyTables(database, [WORKSPACE], growth.accounts);
  await addPerson(database, PERSON, [{ workspaceId: WORKSPACE, role: "OWNER" }]);
  await asOwnerOf(database, (owner) =>
    inWorkspace(
      owner,
      WORKSPACE,
      // The newest, so that it is on the first page.
      (transaction) => transaction`
        insert into invitations
          (workspace_id, id, email, role, token_hash, invited_by_id, created_at, expires_at)
        select ${WORKSPACE}::uuid, gen_random_uuid(), 'invited@example.com', 'EDITOR', 'invited',
          (select id from members where email = ${PERSON}),
          max(created_at) + interval '1 second', max(created_at) + interval '7 days'
        from invitations`,
    ),
  );
  const client = connect(database.ownerUrl, { max: 1 });
  // Samples of all rows are no samples: with some, the planner would choose otherwise in the next run.
  await client.unsafe("set default_statistics_target = 500").simple();
  await client.unsafe("vacuum (analyze)").simple();
  await client.end({ timeout: 5 });
}

function databaseAt(serverUrl: string, name: string): TestDatabase {
  const url = databaseUrl(serverUrl, name);
  // The server goes, and its databases with it.
  return { url, ownerUrl: url, close: async () => undefined };
}
