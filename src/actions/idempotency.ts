import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from "node:crypto";
import { sql } from "drizzle-orm";
import { statement, value } from "../db/statement.ts";
import { idempotencyRecords as records } from "../db/tables/idempotency-record.ts";
import { workspaces } from "../db/tables/workspace.ts";
import type { WriteSession } from "../db/write-session.ts";
import type { Actor } from "./audit-log.ts";
import { UserFailure } from "./user-error.ts";

/** How long a key is remembered. */
const REMEMBERED = sql.raw("interval '24 hours'");

const forgetOld = statement(sql`
  delete from ${records}
  where ${records.workspaceId} = ${value("workspaceId", "uuid")}
    and ${records.createdAt} < now() - ${REMEMBERED}`);

// Of two requests with one key the second waits here until the first has committed or given up. An
// invitation's token may name a workspace that is not there: then there is nothing to remember it in.
const claim = statement<{ claimed: boolean }>(sql`
  insert into ${records} (workspace_id, viewer_id, key_digest, request_digest)
  select ${workspaces.workspaceId}, ${value("viewerId", "text")}, ${value("keyDigest", "text")},
    ${value("requestDigest", "text")}
  from ${workspaces} where ${workspaces.workspaceId} = ${value("workspaceId", "uuid")}
  on conflict do nothing
  returning true as claimed`);

const find = statement<{ requestDigest: string; result: string }>(sql`
  select ${records.requestDigest} as "requestDigest", ${records.result} as "result"
  from ${records}
  where ${records.workspaceId} = ${value("workspaceId", "uuid")}
    and ${records.viewerId} = ${value("viewerId", "text")}
    and ${records.keyDigest} = ${value("keyDigest", "text")}`);

const keep = statement(sql`
  update ${records} set result = ${value("result", "text")}
  where ${records.workspaceId} = ${value("workspaceId", "uuid")}
    and ${records.viewerId} = ${value("viewerId", "text")}
    and ${records.keyDigest} = ${value("keyDigest", "text")}`);

/**
 * Acts once for a key of an actor: the second time the first answer is given again, for 24 hours. Only
 * what was done is remembered: an action that fails leaves the key free. Throws the user error
 * IDEMPOTENCY_KEY_REUSED when the key was used for another request.
 */
export async function once<Done extends object>(
  session: WriteSession,
  { actor, key, request }: { actor: Actor; key: string; request: string },
  act: () => Promise<Done>,
): Promise<Done> {
  const requestDigest = digestOf(request);
  const record = { viewerId: `${actor.kind}:${actor.id}`, keyDigest: digestOf(key) };
  await session.run(forgetOld, {}, "idempotency.forget");
  const [claimed] = await session.run(claim, { ...record, requestDigest }, "idempotency.claim");
  if (claimed) {
    const done = await act();
    await session.run(keep, { ...record, result: seal(key, done) }, "idempotency.keep");
    return done;
  }
  const [found] = await session.run(find, record, "idempotency.find");
  if (!found) return act();
  if (found.requestDigest === requestDigest) return open<Done>(key, found.result);
  throw new UserFailure(
    "IDEMPOTENCY_KEY_REUSED",
    "This idempotency key was used for another request; use a new one for each.",
    "idempotencyKey",
  );
}

const digestOf = (text: string) => createHash("sha256").update(text).digest("base64url");

// The answer may hold what is shown once, a new API key: nobody reads it out of the database, because
// it is encrypted with the idempotency key, which is not stored.
const CIPHER = "aes-256-gcm";
const IV_BYTES = 12;
const TAG_BYTES = 16;

const secretOf = (key: string) =>
  Buffer.from(hkdfSync("sha256", key, "", "socialhub idempotency", 32));

function seal(key: string, done: object): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, secretOf(key), iv);
  const text = Buffer.concat([cipher.update(JSON.stringify(done), "utf8"), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), text]).toString("base64");
}

function open<Done>(key: string, sealed: string): Done {
  const bytes = Buffer.from(sealed, "base64");
  const decipher = createDecipheriv(CIPHER, secretOf(key), bytes.subarray(0, IV_BYTES));
  decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  const text = decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES), undefined, "utf8");
  return JSON.parse(text + decipher.final("utf8")) as Done;
}
