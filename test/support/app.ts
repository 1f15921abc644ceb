import { expect } from "vitest";
import { createApp, type App } from "../../src/app.ts";
import { inWorkspace } from "../../src/db/workspace-transaction.ts";
import { createApiKey, type NewApiKey } from "../../src/auth/api-keys.ts";
import { readConfig } from "../../src/config.ts";
import { demoWorkspaceList } from "../../src/data/demo/seed.ts";
import { connect, OWNER_ROLE } from "../../src/db/client.ts";
import type { ApiKeyScope } from "../../src/db/tables/access-words.ts";
import type { OperationObserver } from "../../src/insight/finished-operation.ts";
import { createLogger, type Logger } from "../../src/insight/log.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";

/** JSON as it came: each test says what it expects of it. */
export type Json = ReturnType<typeof JSON.parse>;

/** An answer of the server. */
export interface Answer {
  status: number;
  headers: Record<string, string | string[] | number | undefined>;
  data: Json;
  errors: { message: string; path?: (string | number)[]; extensions: Record<string, Json> }[];
  extensions: Record<string, Json>;
}

export interface AskOptions {
  variables?: Record<string, unknown>;
  operationName?: string;
  /** An API key; the test app's own unless told, none when null. */
  key?: string | null;
  headers?: Record<string, string>;
}

/** The real server on a database of its own. */
export interface TestApp extends App {
  database: TestDatabase;
  /** Key of an owner with every scope: of the first demo workspace, or of the one given. */
  key: string;
  /** Sends an operation through the whole HTTP stack. */
  ask(query: string, options?: AskOptions): Promise<Answer>;
  /** The same, and fails on any error. Asks for insight. */
  read(query: string, variables?: Record<string, unknown>): Promise<Answer>;
}

export interface TestAppOptions {
  /** A database to use instead of a clone of the demo template; closed with the app. */
  database?: TestDatabase;
  /** The workspace whose key is made; the first demo workspace unless told. */
  workspaceId?: string;
  /** Settings over the defaults, by their environment names. */
  settings?: Record<string, string>;
  logger?: Logger;
  observers?: readonly OperationObserver[];
  /** Where the server logs in for people; the database's own unless told. */
  identityUrl?: string;
}

/** Budgets that no test uses up: those about them set their own. */
const wholeBudgets = {
  SIGN_IN_ATTEMPTS_PER_EMAIL: "1000",
  SIGN_IN_ATTEMPTS_PER_ADDRESS: "1000",
  RATE_LIMIT_POINTS: "100000000",
  RATE_LIMIT_WORKSPACE_POINTS: "100000000",
  RATE_LIMIT_ADDRESS_POINTS: "100000000",
};

/** Builds the server as `serve` does, without listening. Closing it fails on a leaked connection. */
export async function createTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const database = options.database ?? (await createTestDatabase("demo"));
  const config = readConfig({ LOG_LEVEL: "silent", ...wholeBudgets, ...options.settings });
  const logger = options.logger ?? createLogger(config.log);
  const { identityUrl = database.url, observers = [] } = options;
  const databaseUrl = database.url;
  const app = await createApp({ config, databaseUrl, identityUrl, logger, observers });
  const workspaceId = options.workspaceId ?? demoWorkspaceList()[0]!.id;
  const key = await makeKey(database, workspaceId);

  const ask = async (query: string, asked: AskOptions = {}): Promise<Answer> => {
    const credential = asked.key === undefined ? key : asked.key;
    const { variables, operationName } = asked;
    const response = await app.server.inject({
      method: "POST",
      url: "/graphql",
      headers: {
        ...(credential === null ? {} : { authorization: `Bearer ${credential}` }),
        "x-insight": "sql",
        ...asked.headers,
      },
      payload: { query, variables, operationName },
    });
    const body = response.json();
    return {
      status: response.statusCode,
      headers: response.headers,
      data: body.data,
      errors: body.errors ?? [],
      extensions: body.extensions ?? {},
    };
  };

  return {
    ...app,
    database,
    key,
    ask,
    async read(query, variables) {
      const answer = await ask(query, variables ? { variables } : {});
      expect(answer.errors).toEqual([]);
      return answer;
    },
    async close() {
      await settled(app);
      const leaked = app.pool.state.busy;
      await app.close();
      await database.close();
      expect(leaked, "connections that were not given back").toBe(0);
    },
  };
}

/** An owner's key of a workspace, with every scope and no limits of its own unless told. */
export async function makeKey(
  database: TestDatabase,
  workspaceId: string,
  scopes: ApiKeyScope[] = ["read", "write", "admin", "insight"],
  own: Partial<
    Pick<NewApiKey, "name" | "role" | "limits" | "showsCost" | "trustedDocumentsOnly">
  > = {},
): Promise<string> {
  const client = connect(database.ownerUrl, { role: OWNER_ROLE, max: 1 });
  try {
    const wanted: NewApiKey = { name: "test", role: "OWNER", scopes, ...own };
    const key = await createApiKey(client, workspaceId, wanted);
    if (!key) throw new Error(`there is no workspace ${workspaceId}`);
    // Tests look at what the server logs, and not at how they came by their keys.
    await inWorkspace(
      client,
      workspaceId,
      (transaction) => transaction`
        delete from audit_log_entries
        where action = 'API_KEY_CREATED' and actor_kind = 'SYSTEM' and target_name = ${wanted.name}`,
    );
    return key;
  } finally {
    await client.end({ timeout: 5 });
  }
}

/** A commit is on its way when the answer is out: a moment later every connection is back. */
async function settled({ pool }: App) {
  for (let wait = 0; wait < 50 && pool.state.busy > 0; wait += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
