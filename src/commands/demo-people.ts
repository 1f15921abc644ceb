import { randomBytes } from "node:crypto";
import { createPerson, type Ask } from "../auth/create-person.ts";
import { hashPassword } from "../auth/password.ts";
import { demoPersonList, type DemoMembership } from "../data/demo/people-list.ts";
import type { Client } from "../db/client.ts";
import { inWorkspace } from "../db/workspace-transaction.ts";

/** A person of demo.json. */
export interface DemoPerson {
  workspace: string;
  workspaceId: string;
  role: string;
  email: string;
  password: string;
}

const SECRET = "demo password";

/**
 * Lets members of the demo data sign in, one of each role. Their password is made once a database, so
 * that all its servers print the same. Whoever has another password by now keeps it and is not listed.
 */
export async function demoPeople(client: Client): Promise<DemoPerson[]> {
  const { password, hash } = await demoPassword(client);
  const ask: Ask = (text, values) => client.unsafe(text, values);
  const people: DemoPerson[] = [];
  for (const { name, email, memberships } of demoPersonList()) {
    await createPerson(ask, { email, name, passwordHash: hash });
    const [person] = await client<{ id: string }[]>`
      select users.id from identity.users join identity.credentials on user_id = users.id
      where email = ${email} and password = ${hash}`;
    if (!person) continue;
    for (const membership of memberships) {
      if (!(await attach(client, person.id, membership))) continue;
      const { workspace, workspaceId, role } = membership;
      people.push({ workspace, workspaceId, role, email, password });
    }
  }
  return people;
}

/** Kept with its hash, so that a start need not hash it to see whether it is still somebody's. */
async function demoPassword(client: Client): Promise<{ password: string; hash: string }> {
  const stored = async () => {
    const [row] = await client<{ value: string }[]>`
      select value from identity.secrets where name = ${SECRET}`;
    const [password, hash] = row?.value.split(" ") ?? [];
    return password && hash ? { password, hash } : undefined;
  };
  const found = await stored();
  if (found) return found;
  const made = randomBytes(9).toString("base64url");
  await client`
    insert into identity.secrets (name, value) values (${SECRET}, ${`${made} ${await hashPassword(made)}`})
    on conflict (name) do nothing`;
  const kept = await stored();
  if (!kept) throw new Error("identity.secrets does not keep what is written into it");
  return kept;
}

/** Makes the person the member of the demo data; false when that member is gone or somebody else's. */
function attach(client: Client, userId: string, { workspaceId, memberEmail }: DemoMembership) {
  return inWorkspace(client, workspaceId, async (transaction) => {
    await transaction`
      update members set user_id = ${userId}::uuid
      where workspace_id = ${workspaceId}::uuid and email = ${memberEmail}
        and user_id is null and removed_at is null`;
    const found = await transaction`
      select 1 from members where workspace_id = ${workspaceId}::uuid and email = ${memberEmail}
        and user_id = ${userId}::uuid and removed_at is null`;
    return found.length > 0;
  });
}
