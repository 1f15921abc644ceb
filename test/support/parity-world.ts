import { execute, parse, type GraphQLSchema } from "graphql";
import { Viewer, type ViewerFacts } from "../../src/auth/viewer.ts";
import { readConfig } from "../../src/config.ts";
import { createContext, type RequestContext } from "../../src/context.ts";
import { APP_ROLE, connect, OWNER_ROLE } from "../../src/db/client.ts";
import { Pool } from "../../src/db/pool.ts";
import { inWriteSession } from "../../src/db/write-session.ts";
import { buildSchema } from "../../src/schema/build.ts";
import type { Json } from "./app.ts";
import { connectionFields } from "./connections.ts";
import { createTestDatabase } from "./database.ts";
import { createWorlds, type World } from "./fixtures.ts";
import type { Target } from "./parity-documents.ts";
import { hubOf, leafOf, rowTypes } from "./parity-values.ts";
import { Memory } from "./remembering-session.ts";

/** Who asks: somebody of a workspace, or nobody who is known. */
export interface Asker {
  title: string;
  viewer: ViewerFacts | undefined;
  isPerson?: boolean;
}

interface AskerOfWorld extends Asker {
  /** Of whose rows most ids are. */
  world: World;
}

/** The real schema on a real database, without HTTP. */
export interface ParityWorld {
  schema: GraphQLSchema;
  /** Owners of the sound and of the broken workspace more often than others. */
  askers: readonly AskerOfWorld[];
  /** What somebody's operations are generated for. */
  targetOf(asker: AskerOfWorld, kind?: "query" | "mutation"): Target;
  /** A context of its own; what the database has said once is remembered for all of them. */
  contextOf: (asker: Asker) => RequestContext;
  /** One with a session of its own. What its mutations write is taken back. */
  freshContextOf: (asker: Asker) => RequestContext;
  /** Runs SQL as the owner. */
  asOwner(text: string): Promise<void>;
  close(): Promise<void>;
}

/** Values that cannot be told: numbers beyond what JSON holds, moments that are none. */
const UNTELLABLE = [
  "update accounts set follower_count = 9223372036854775807 where id in (select id from accounts order by id limit 3)",
  "update post_metrics set likes = 9007199254740993",
  "update tags set created_at = 'infinity' where id in (select id from tags order by id limit 2)",
  "update comments set created_at = '-infinity' where id in (select id from comments order by id limit 1)",
];

/** Who writes must be what they seem to be, and both worlds are asked by their first member and key. */
const OWNERS = [
  "update members set role = 'OWNER'",
  "update api_keys set role = 'OWNER', revoked_at = null, expires_at = null",
];

/** Two small workspaces with rows in every table; in the second there are values that cannot be told. */
export async function createParityWorld(): Promise<ParityWorld> {
  const database = await createTestDatabase();
  const made = await createWorlds(database, [
    { seed: "parity", hub: 3, spread: 5 },
    { seed: "broken", hub: 3, spread: 2 },
  ]);
  const [sound, broken] = made.worlds;
  for (const text of OWNERS) await sound.query(text);
  for (const text of [...OWNERS, ...UNTELLABLE]) await broken.query(text);

  const schema = buildSchema();
  const pool = new Pool({ ...readConfig({}).pool, url: database.url, role: APP_ROLE, size: 8 });
  const memory = new Memory(pool);
  const contextOf = (asker: Asker) => {
    const context = contextFor(pool, asker);
    return { ...context, session: memory.session(context.session.workspaceId) };
  };
  const askers = askersOf(sound, broken);
  const cursors = await readCursors(schema, sound, () => contextOf(askers[0]!));
  const targets = new Map<string, Target>();

  return {
    schema,
    askers,
    contextOf,
    targetOf({ world }, kind = "query") {
      const name = `${world.workspaceId} ${kind}`;
      const other = world === sound ? broken : sound;
      const known = { own: world, other, cursors };
      const target = targets.get(name) ?? {
        schema,
        leaf: (random, type, place) => leafOf(random, type, place, known),
        percent: (place) => PERCENT[place.split(".").at(-1) ?? ""] ?? 22,
        weight: (coordinate) =>
          (kind === "mutation" ? NOT_TWICE[coordinate] : undefined) ?? WEIGHTS[coordinate] ?? 1,
      };
      targets.set(name, target);
      return target;
    },
    freshContextOf: (asker) => takingBack(pool, contextFor(pool, asker)),
    async asOwner(text) {
      const client = connect(database.ownerUrl, { role: OWNER_ROLE, max: 1 });
      await client.unsafe(text);
      await client.end({ timeout: 5 });
    },
    async close() {
      await memory.close();
      await pool.close();
      await made.close();
      await database.close();
    },
  };
}

const PERCENT: Record<string, number> = { first: 60, last: 7, after: 12, before: 7, filter: 12 };

const WEIGHTS: Record<string, number> = Object.fromEntries([
  ...["accounts", "posts", "comments", "contacts"].map((name) => [`Query.${name}`, 2]),
  ...rowTypes.flatMap((type) => [
    [`${type}Connection.edges`, 3],
    [`${type}Connection.nodes`, 3],
    [`${type}Edge.node`, 2],
  ]),
]);

/** What is another value each time that it is done: ids, secrets and moments. */
const NOT_TWICE: Record<string, number> = {
  "Mutation.createApiKey": 0,
  "Mutation.rotateApiKey": 0,
  "Mutation.inviteMember": 0,
  "Mutation.updateWorkspace": 3,
  "Mutation.changeMemberRole": 3,
  "ApiKey.revokedAt": 0,
  "Invitation.revokedAt": 0,
  "Member.removedAt": 0,
};

/** What the server makes of a request, with budgets that stay as they are. */
export function contextFor(pool: Pool, { viewer: facts, isPerson = false }: Asker): RequestContext {
  const memberships = [facts ?? []].flat().map(({ workspaceId, id, name, role }) => ({
    workspaceId,
    workspaceName: "Théâtre",
    memberId: id,
    displayName: name,
    role,
  }));
  const person = { userId: "u", email: "zoe@example.org", name: "Zoë", memberships };
  const tightest = { limit: 1000, remaining: 7, resetAt: Date.UTC(2026, 2) };
  return createContext(pool, {
    requestId: "parity",
    startedAt: 0,
    line: { written: true },
    insightHeader: "sql",
    caller: { ipAddress: null, userAgent: null },
    authentication: {
      viewer: facts && new Viewer(facts),
      person: isPerson ? person : undefined,
      statements: 0,
    },
    ...(facts ? { charge: { tightest, requested: 3 } as unknown as RequestContext["charge"] } : {}),
  });
}

/** Carries what an action has done out of its transaction, which is rolled back. */
class TakenBack {
  readonly result: unknown;

  constructor(result: unknown) {
    this.result = result;
  }
}

function takingBack(pool: Pool, context: RequestContext): RequestContext {
  const { session, loaders } = context;
  return {
    ...context,
    async write<Result>(
      work: Parameters<RequestContext["write"]>[0],
      workspaceId = session.workspaceId,
    ) {
      await session.renew();
      try {
        return await inWriteSession(pool, workspaceId, session.record, async (writing) => {
          // oxlint-disable-next-line typescript/only-throw-error -- it is no error
          throw new TakenBack(await work(writing));
        });
      } catch (error) {
        if (error instanceof TakenBack) return error.result as Result;
        throw error;
      } finally {
        loaders.clear();
      }
    },
  };
}

/** Everybody's view of the sound workspace, and the owner's of the broken one. */
function askersOf(sound: World, broken: World): AskerOfWorld[] {
  const memberOf = (world: World, role: ViewerFacts["role"]): ViewerFacts => ({
    workspaceId: world.workspaceId,
    kind: "MEMBER",
    id: String(world.rows("members")[0]?.["id"]),
    name: "Zoë",
    role,
    scopes: ["read", "write", "admin", "insight"],
  });
  const keyOf = (scopes: ViewerFacts["scopes"]): ViewerFacts => ({
    ...memberOf(sound, "OWNER"),
    kind: "API_KEY",
    id: String(sound.rows("api_keys")[0]?.["id"]),
    scopes,
  });
  const owner = { title: "a key of an owner", viewer: keyOf(["read", "admin"]), world: sound };
  const untellable = { title: "an owner of broken rows", viewer: memberOf(broken, "OWNER") };
  const others: Asker[] = [
    { title: "an editor", viewer: memberOf(sound, "EDITOR"), isPerson: true },
    { title: "a viewer", viewer: memberOf(sound, "VIEWER"), isPerson: true },
    { title: "a key that may not read", viewer: keyOf(["write"]) },
    { title: "a person without workspace", viewer: undefined, isPerson: true },
    { title: "nobody", viewer: undefined },
  ];
  return [
    ...Array.from({ length: 22 }, () => owner),
    ...Array.from({ length: 6 }, () => ({ ...untellable, world: broken })),
    ...others.map((asker) => ({ ...asker, world: sound })),
  ];
}

/** Cursors of every connection and ordering, by the connection's name. */
async function readCursors(schema: GraphQLSchema, world: World, makeContext: () => RequestContext) {
  const found = new Map<string, readonly string[]>();
  for (const { name, parent, field, orderings } of connectionFields(schema)) {
    const pages = orderings.map(
      (order) => `${order}: ${field.name}(first: 3, orderBy: ${order}) { edges { cursor } }`,
    );
    const id = hubOf(world, parent.name);
    const text = id
      ? `{ node(id: "${id}") { ... on ${parent.name} { ${pages.join(" ")} } } }`
      : `{ ${pages.join(" ")} }`;
    const { data } = await execute({ schema, document: parse(text), contextValue: makeContext() });
    const answer = (id ? data?.["node"] : data) as Record<string, { edges: Json[] }>;
    const cursors = Object.values(answer).flatMap(({ edges }) => edges.map(({ cursor }) => cursor));
    // Those of the first ordering, mostly the default, more often than the others.
    found.set(name, [...cursors, ...cursors.slice(0, 3), ...cursors.slice(0, 3)]);
  }
  return found;
}
