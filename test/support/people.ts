import { createHmac, randomBytes } from "node:crypto";
import { v7 as uuidv7 } from "uuid";
import { createPerson } from "../../src/auth/create-person.ts";
import { hashPassword } from "../../src/auth/password.ts";
import { connect, OWNER_ROLE, type Client } from "../../src/db/client.ts";
import type { MemberRole } from "../../src/db/tables/access-words.ts";
import { inWorkspace } from "../../src/db/workspace-transaction.ts";
import { createTestApp, type Json, type TestApp } from "./app.ts";
import type { TestDatabase } from "./database.ts";

/** The password of every person that {@link addPerson} makes: hashing one takes a tenth of a second. */
export const PASSWORD = "correct horse battery";
let hash: Promise<string> | undefined;

/** Runs with a connection of the owner. */
export async function asOwnerOf<Result>(
  database: TestDatabase,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = connect(database.ownerUrl, { role: OWNER_ROLE, max: 1 });
  try {
    return await work(client);
  } finally {
    await client.end({ timeout: 5 });
  }
}

/** A person who can sign in, with a membership for each workspace given. Returns the id. */
export async function addPerson(
  database: TestDatabase,
  email: string,
  memberships: { workspaceId: string; role: MemberRole }[] = [],
): Promise<string> {
  hash ??= hashPassword(PASSWORD);
  const passwordHash = await hash;
  return asOwnerOf(database, async (client) => {
    const ask = (text: string, values: string[]) => client.unsafe<{ id: string }[]>(text, values);
    const userId = await createPerson(ask, { email, name: `Name of ${email}`, passwordHash });
    for (const { workspaceId, role } of memberships) {
      await inWorkspace(
        client,
        workspaceId,
        (transaction) => transaction`
          insert into members (workspace_id, id, email, display_name, role, user_id)
          values (${workspaceId}::uuid, ${uuidv7()}::uuid, ${email}, ${`Member ${role}`}, ${role}, ${userId!}::uuid)`,
      );
    }
    return userId!;
  });
}

/** Another server on the same database, which it leaves as it is when it is closed. */
export const anotherServer = (
  { database }: Pick<TestApp, "database">,
  settings: Record<string, string> = {},
): Promise<TestApp> =>
  createTestApp({ database: { ...database, close: async () => undefined }, settings });

/** An answer of `/api/auth/…`. */
export interface AuthAnswer {
  status: number;
  headers: Record<string, string | string[] | number | undefined>;
  body: Json;
  text: string;
  /** `name=value` of the session cookie that it sets; undefined when it sets none, or takes it away. */
  cookie: string | undefined;
  setCookie: string[];
}

export interface AuthRequest {
  body?: unknown;
  cookie?: string | undefined;
  method?: "GET" | "POST";
  headers?: Record<string, string>;
  /** From where the request seems to come. */
  address?: string;
}

/** Asks `/api/auth/<path>`; POST unless told. */
export async function askAuth(
  { server }: Pick<TestApp, "server">,
  path: string,
  { body = {}, cookie, method = "POST", headers, address }: AuthRequest = {},
): Promise<AuthAnswer> {
  const response = await server.inject({
    method,
    url: `/api/auth/${path}`,
    ...(address ? { remoteAddress: address } : {}),
    headers: {
      ...(method === "POST" ? { "content-type": "application/json" } : {}),
      ...(cookie ? { cookie } : {}),
      ...headers,
    },
    ...(method === "POST"
      ? { payload: typeof body === "string" ? body : JSON.stringify(body) }
      : {}),
  });
  const setCookie = [response.headers["set-cookie"] ?? []].flat();
  const [pair] = setCookie[0]?.split(";") ?? [];
  return {
    status: response.statusCode,
    headers: response.headers,
    body: parse(response.payload),
    text: response.payload,
    cookie: pair?.endsWith("=") ? undefined : pair,
    setCookie,
  };
}

function parse(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * The cookie of a new session of a person, as signing in would give it, without the third of a second
 * that comparing the password takes.
 */
export async function sessionOf({ database }: Pick<TestApp, "database">, email: string) {
  const token = randomBytes(16).toString("hex");
  const secret = await asOwnerOf(database, async (client) => {
    await client`
      insert into identity.sessions (id, user_id, token, expires_at)
      select gen_random_uuid(), id, ${token}, now() + interval '7 days'
      from identity.users where email = ${email}`;
    await client`
      insert into identity.secrets (name, value) values ('session cookies', ${token})
      on conflict (name) do nothing`;
    const [row] = await client<{ value: string }[]>`
      select value from identity.secrets where name = 'session cookies'`;
    return row!.value;
  });
  const signature = createHmac("sha256", secret).update(token).digest("base64");
  return `socialhub.session=${token}.${encodeURIComponent(signature)}`;
}

/** Asks GraphQL with a session instead of a key. */
export const askAs = (
  app: TestApp,
  cookie: string,
  query: string,
  headers: Record<string, string> = {},
) => app.ask(query, { key: null, headers: { cookie, ...headers } });
