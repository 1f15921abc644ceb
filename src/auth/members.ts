import { v7 as uuidv7 } from "uuid";
import type { Client } from "../db/client.ts";
import type { MemberRole } from "../db/tables/access-words.ts";
import { inWorkspace } from "../db/workspace-transaction.ts";
import { createPerson, setPassword, type Ask } from "./create-person.ts";
import { logBySystem } from "./log-by-system.ts";

/** Somebody who is to be a member and to sign in. */
export interface NewMember {
  /** In lower case. */
  email: string;
  name: string;
  role: MemberRole;
  passwordHash: string;
  /** Whether somebody who has an account already gets the password as well. */
  overwritesPassword: boolean;
}

/**
 * Makes somebody a member who can sign in; a member with this e-mail address becomes that, with this
 * role. `"unknown"` when there is no such workspace, `"last owner"` when the workspace would be left
 * without one, `"attached"` when the person had an account and
 * keeps the password. `client` is the owner's.
 */
export function createMember(
  client: Client,
  workspaceId: string,
  wanted: NewMember,
): Promise<"created" | "attached" | "unknown" | "last owner"> {
  const { email, name, role, passwordHash, overwritesPassword } = wanted;
  return inWorkspace(client, workspaceId, async (transaction) => {
    const [workspace] = await transaction`
      select 1 from workspaces where workspace_id = ${workspaceId}::uuid`;
    if (!workspace) return "unknown";
    // As in actions/lock-member.ts: two who stop being owners at the same time are told apart.
    const known = await transaction<{ id: string; email: string; role: MemberRole }[]>`
      select id, email, role from members
      where workspace_id = ${workspaceId}::uuid and removed_at is null
        and (email = ${email} or role = 'OWNER') order by id for update`;
    const before = known.find((member) => member.email === email);
    const owners = known.filter((member) => member.role === "OWNER");
    if (before?.role === "OWNER" && role !== "OWNER" && owners.length === 1) return "last owner";
    const ask: Ask = (text, values) => transaction.unsafe(text, values);
    const created = await createPerson(ask, { email, name, passwordHash });
    const userId = created ?? (await personWith(ask, email));
    if (!created && overwritesPassword) await setPassword(ask, userId, passwordHash);
    const [member] = await transaction<{ id: string; displayName: string }[]>`
      insert into members (workspace_id, id, email, display_name, role, user_id)
      values (${workspaceId}::uuid, ${uuidv7()}::uuid, ${email}, ${name}, ${role}, ${userId}::uuid)
      on conflict (workspace_id, email) do update
        set user_id = excluded.user_id, role = excluded.role, removed_at = null
      returning id, display_name as "displayName"`;
    if (!member) throw new Error("what was inserted is there");
    await logBySystem(transaction, workspaceId, {
      action: before ? "MEMBER_ROLE_CHANGED" : "MEMBER_ADDED",
      target: { type: "Member", id: member.id, name: member.displayName },
      ...(before ? { before: { role: before.role } } : {}),
      after: { email, role },
    });
    return created || overwritesPassword ? "created" : "attached";
  });
}

async function personWith(ask: Ask, email: string): Promise<string> {
  const [row] = await ask("select id from identity.users where email = $1", [email]);
  if (!row) throw new Error(`${email} was deleted meanwhile`);
  return row.id;
}
