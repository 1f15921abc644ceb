import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { buildSchema as buildAst } from "graphql";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { askers, openAuditedApp, type AuditedApp } from "../src/audit/api/app.ts";
import { attackApi } from "../src/audit/api/attack.ts";
import { attackLens } from "../src/audit/api/lens.ts";
import { RolledBackPool } from "../src/audit/api/rolled-back-pool.ts";
import { Truth } from "../src/audit/api/truth.ts";
import { readDeclared } from "../src/audit/declared.ts";
import { auditAsHtml } from "../src/audit/report/html.ts";
import { holdRules, rules, SEARCH_PATH } from "../src/audit/rules/run.ts";
import type { RuleFacts, Subject } from "../src/audit/rules/rule.ts";
import { attackAsApp } from "../src/audit/sql/attack.ts";
import { attackElsewhere } from "../src/audit/sql/special.ts";
import { findTargets } from "../src/audit/sql/targets.ts";
import type { Tried } from "../src/audit/tried.ts";
import { findWorld } from "../src/audit/world.ts";
import { Viewer } from "../src/auth/viewer.ts";
import { readConfig } from "../src/config.ts";
import { APP_ROLE, connect, type Client } from "../src/db/client.ts";
import { Connection } from "../src/db/connection.ts";
import type { WorkspaceTransaction } from "../src/db/workspace-transaction.ts";
import { Ring } from "../src/lens/ring.ts";
import { toGlobalId } from "../src/loaders/global-id.ts";
import { buildSchema } from "../src/schema/build.ts";
import { run, temporaryFolder } from "./support/command.ts";
import { createTestDatabase, type TestDatabase } from "./support/database.ts";
import { createWorlds } from "./support/fixtures.ts";

const declared = readDeclared();

/** Logins of serve-external.test.ts, which may run on the same server at the same time. */
const OTHERS = "socialhub_serve_*";

let database: TestDatabase;
let superuser: Client;
let own: string;
let foreign: string;
beforeAll(async () => {
  database = await createTestDatabase("empty");
  superuser = connect(database.ownerUrl, { max: 1 });
  const made = await createWorlds(database, [
    { seed: "audit own", hub: 3 },
    { seed: "audit foreign", hub: 3 },
  ]);
  await made.close();
  [own, foreign] = made.worlds.map(({ workspaceId }) => workspaceId) as [string, string];
});
afterAll(async () => {
  await superuser.end({ timeout: 5 });
  await database.close();
});

class RolledBack extends Error {}

/** Plants something, holds the catalog against rules, and takes it back. */
async function findingsAfter(
  plant: string,
  only?: string,
  more: Partial<RuleFacts> = {},
): Promise<Tried[]> {
  const facts: RuleFacts = {
    declared,
    admins: [OTHERS],
    login: { server: new URL(database.url).username, isShared: true },
    ...more,
  };
  const which = only === undefined ? rules : rules.filter(({ name }) => name === only);
  expect(which.length, `a rule called ${only}`).toBeGreaterThan(0);
  let tried: Tried[] = [];
  const rolledBack = superuser.begin(async (transaction: WorkspaceTransaction) => {
    await transaction.unsafe(`${plant}; set local search_path = ${SEARCH_PATH}`).simple();
    tried = await holdRules((text) => transaction.unsafe<Subject[]>(text), facts, which);
    throw new RolledBack();
  });
  await expect(rolledBack).rejects.toThrow(RolledBack);
  return tried.filter(({ verdict }) => verdict === "finding" || verdict === "note");
}

const asOwner = (sql: string) => `set local role socialhub_owner; ${sql}; reset role`;
const PARTITIONED = asOwner(`
  create table events (workspace_id uuid not null references workspaces, id uuid not null,
    constraint events_pk primary key (workspace_id, id)) partition by hash (workspace_id);
  create table events_0 partition of events for values with (modulus 2, remainder 0);
  create table events_1 partition of events for values with (modulus 2, remainder 1);
  call protect_tenant_table('events')`);
const withEvents = {
  declared: {
    ...declared,
    privileges: new Map([
      ...declared.privileges,
      ["events", ["SELECT", "INSERT", "UPDATE", "DELETE"]] as const,
    ]),
  },
};

describe("the catalog, as it was migrated", () => {
  it("has no finding, and every rule looked at something or has nothing to forbid", async () => {
    const found = await findingsAfter("select 1");
    expect(found.filter(({ verdict }) => verdict === "finding")).toEqual([]);
  });

  it("has none after a partitioned table that one line protects, nor when that is called again", async () => {
    const twice = asOwner("call protect_tenant_table('events')");
    const found = await findingsAfter(`${PARTITIONED}; ${twice}`, undefined, withEvents);
    expect(found.filter(({ verdict }) => verdict === "finding")).toEqual([]);
  });

  it("lets nobody protect a partition by itself, which would grant it", async () => {
    const call = `${PARTITIONED}; ${asOwner("call protect_tenant_table('events_0')")}`;
    await expect(
      superuser.begin((transaction) => transaction.unsafe(call).simple()),
    ).rejects.toThrow("events_0 is a partition: protect the table that it belongs to");
  });
});

const VIEW = "create view all_posts as select * from posts";
const DEFINER = `create function peek() returns bigint language sql security definer
  set search_path = pg_catalog, public, pg_temp as 'select count(*) from public.posts'`;

/** A weakness → the rule that finds it, the place that it names, and how it comes into the world. */
const plants: [weakness: string, rule: string, place: string, plant: string][] = [
  [
    "row-level security switched off",
    "row-level security is on",
    "tags",
    "alter table tags disable row level security",
  ],
  [
    "row-level security not forced",
    "row-level security is forced",
    "tags",
    "alter table tags no force row level security",
  ],
  [
    "a partition without row-level security",
    "row-level security is on",
    "events_0",
    `${PARTITIONED}; alter table events_0 disable row level security`,
  ],
  [
    "a partition attached later",
    "row-level security is on",
    "events_2",
    `${PARTITIONED.replaceAll("modulus 2", "modulus 3")}; ${asOwner("create table events_2 partition of events for values with (modulus 3, remainder 2)")}`,
  ],
  [
    "a table that nobody protected",
    "row-level security is on",
    "notes",
    asOwner("create table notes (workspace_id uuid not null primary key)"),
  ],
  [
    "a table without a workspace",
    "tables have a workspace",
    "settings",
    asOwner("create table settings (id uuid primary key)"),
  ],
  [
    "a nullable workspace",
    "tables have a workspace",
    "notes",
    asOwner("create table notes (workspace_id uuid)"),
  ],
  [
    "a table of somebody else's",
    "tables are the owner's",
    "tags",
    "alter table tags owner to current_user",
  ],
  ["a view of its owner's", "views ask as their reader", "all_posts", VIEW],
  [
    "a materialised view",
    "no materialised views",
    "all_posts",
    VIEW.replace("view", "materialized view"),
  ],
  [
    "a foreign table",
    "no foreign tables",
    "away",
    "create foreign data wrapper nothing; create server away foreign data wrapper nothing; create foreign table away (id int) server away",
  ],
  [
    "a rewrite rule",
    "no rewrite rules",
    "tags copied",
    "create rule copied as on insert to tags do also select 1",
  ],
  [
    "a dropped policy",
    "every command has a policy",
    "tags",
    "drop policy workspace_isolation on tags",
  ],
  [
    "a policy for reading only",
    "every command has a policy",
    "tags",
    "drop policy workspace_isolation on tags; create policy reading on tags for select using (workspace_id = (select current_workspace_id()))",
  ],
  [
    "an always-true policy",
    "no policy is always true",
    "tags support",
    "create policy support on tags using (true)",
  ],
  [
    "a policy that tests something else",
    "policies test the workspace",
    "tags support",
    "create policy support on tags using (name <> '')",
  ],
  [
    "a policy with a way out",
    "policies test the workspace",
    "tags workspace_isolation",
    "alter policy workspace_isolation on tags using (workspace_id = (select current_workspace_id()) or current_setting('app.support', true) = 'on')",
  ],
  [
    "a policy that reads the setting by itself",
    "policies test the workspace",
    "tags workspace_isolation",
    "alter policy workspace_isolation on tags using (workspace_id = current_setting('app.workspace_id')::uuid)",
  ],
  [
    "a policy without WITH CHECK",
    "writes are checked",
    "tags again",
    "create policy again on tags using (workspace_id = (select current_workspace_id()))",
  ],
  [
    "a dropped trigger for filling in",
    "the workspace is filled in",
    "tags",
    "drop trigger fill_workspace_id on tags",
  ],
  [
    "a disabled trigger",
    "the workspace stays",
    "tags",
    "alter table tags disable trigger keep_workspace_id",
  ],
  [
    "a trigger for other columns only",
    "the workspace stays",
    "tags",
    "create or replace trigger keep_workspace_id before update of name on tags for each row when (new.workspace_id is distinct from old.workspace_id) execute function keep_workspace_id()",
  ],
  [
    "a trigger that nobody knows",
    "no unknown triggers",
    "tags copied",
    "create function copied() returns trigger language plpgsql as 'begin return new; end'; create trigger copied after insert on tags for each row execute function copied()",
  ],
  [
    "foreign keys that are not enforced",
    "foreign keys are enforced",
    "posts",
    "alter table posts disable trigger all",
  ],
  [
    "another current_workspace_id()",
    "the workspace function is ours",
    "current_workspace_id()",
    "create or replace function current_workspace_id() returns uuid language sql stable return coalesce(nullif(current_setting('app.workspace_id', true), ''), current_setting('app.fallback', true))::uuid",
  ],
  [
    "a second current_workspace_id()",
    "the workspace function is ours",
    "identity.current_workspace_id()",
    "create function identity.current_workspace_id() returns uuid language sql stable return null::uuid",
  ],
  ["a definer function", "definer functions are listed", "peek()", DEFINER],
  [
    "a definer function without search_path",
    "definer functions have a fixed search_path",
    "find_api_key(text)",
    "alter function find_api_key(text) reset search_path",
  ],
  [
    "a search_path with temporary tables first",
    "definer functions have a fixed search_path",
    "find_api_key(text)",
    "alter function find_api_key(text) set search_path = pg_catalog, public",
  ],
  [
    "a definer function for everybody",
    "definer functions are not for everybody",
    "find_api_key(text)",
    "grant execute on function find_api_key(text) to public",
  ],
  [
    "a definer function that says something else",
    "functions are those of the migrations",
    "keep_workspace_id()",
    "create or replace function keep_workspace_id() returns trigger language plpgsql as 'begin return new; end'",
  ],
  [
    "a routine for everybody",
    "routines are not for everybody",
    "protect_tenant_table(regclass,text)",
    "grant execute on procedure protect_tenant_table to public",
  ],
  [
    "a leakproof function",
    "no leakproof functions of our own",
    "current_workspace_id()",
    "alter function current_workspace_id() leakproof",
  ],
  ["BYPASSRLS", "server's roles have no powers", APP_ROLE, `alter role ${APP_ROLE} bypassrls`],
  [
    "SUPERUSER",
    "server's roles have no powers",
    "socialhub_identity",
    "alter role socialhub_identity superuser",
  ],
  [
    "an owner with BYPASSRLS",
    "the owner bypasses nothing",
    "socialhub_owner",
    "alter role socialhub_owner bypassrls",
  ],
  [
    "the server as a member of the owner",
    "server's roles are members of nothing",
    APP_ROLE,
    `grant socialhub_owner to ${APP_ROLE}`,
  ],
  [
    "the server as a member of pg_read_all_data",
    "server's roles are members of nothing",
    APP_ROLE,
    `grant pg_read_all_data to ${APP_ROLE}`,
  ],
  [
    "a table of the server's",
    "server's roles own nothing",
    APP_ROLE,
    `create table mine (workspace_id uuid); alter table mine owner to ${APP_ROLE}`,
  ],
  [
    "a login that was let in",
    "nobody else becomes the owner",
    "left_over",
    "create role left_over login; grant socialhub_owner to left_over",
  ],
  [
    "a workspace set for a role",
    "no settings of roles or databases",
    "app.workspace_id",
    `alter role ${APP_ROLE} set app.workspace_id = '01234567-89ab-7cde-8f01-23456789abcd'`,
  ],
  [
    "row_security off for the database",
    "no settings of roles or databases",
    "row_security",
    `do $$ begin execute format('alter database %I set row_security = off', current_database()); end $$`,
  ],
  ["TRUNCATE", "nothing but rows is granted", "tags", `grant truncate on tags to ${APP_ROLE}`],
  [
    "UPDATE of the audit log",
    "grants are those of the migrations",
    "audit_log_entries UPDATE",
    `grant update on audit_log_entries to ${APP_ROLE}`,
  ],
  [
    "UPDATE of a column of the audit log",
    "grants are those of the migrations",
    "audit_log_entries UPDATE",
    `grant update (action) on audit_log_entries to ${APP_ROLE}`,
  ],
  [
    "SELECT for everybody",
    "nothing is granted to everybody",
    "tags",
    "grant select on tags to public",
  ],
  [
    "SELECT on a partition",
    "partitions are not granted",
    "events_0",
    `${PARTITIONED}; grant select on events_0 to ${APP_ROLE}`,
  ],
  [
    "a readable secret",
    "secrets are unreadable",
    "api_keys.hash",
    `grant select (hash) on api_keys to ${APP_ROLE}`,
  ],
  [
    "a readable password",
    "people are out of reach",
    "identity.credentials",
    `grant select on identity.credentials to ${APP_ROLE}`,
  ],
  [
    "posts for the role of people",
    "people are out of reach",
    "posts",
    "grant select on posts to socialhub_identity",
  ],
  [
    "a schema to build in",
    "schemas are not for building",
    "public",
    "grant create on schema public to public",
  ],
  [
    "a way into identity",
    "schemas are not for building",
    "identity",
    `grant usage on schema identity to ${APP_ROLE}`,
  ],
  [
    "the right to make schemas",
    "the database is not for building",
    APP_ROLE,
    `do $$ begin execute format('grant create on database %I to ${APP_ROLE}', current_database()); end $$`,
  ],
  [
    "readable migrations",
    "migrations are only counted",
    `${APP_ROLE} SELECT`,
    `grant select on drizzle.__drizzle_migrations to ${APP_ROLE}`,
  ],
  [
    "a sequence for everybody",
    "sequences are not granted",
    "numbers",
    `${asOwner("create sequence numbers")}; grant usage on sequence numbers to ${APP_ROLE}`,
  ],
  [
    "default privileges",
    "nothing will be granted by default",
    "tables",
    `alter default privileges for role socialhub_owner grant select on tables to ${APP_ROLE}`,
  ],
  [
    "a key without the workspace",
    "keys begin with the workspace",
    "tags tags_only_name",
    "alter table tags add constraint tags_only_name unique (name)",
  ],
  [
    "an index without the workspace",
    "indexes begin with the workspace",
    "tags_by_age",
    "create index tags_by_age on tags (created_at)",
  ],
  [
    "a table without an index",
    "policies have an index",
    "notes",
    asOwner("create table notes (workspace_id uuid not null)"),
  ],
  [
    "a foreign key without an index",
    "foreign keys have an index",
    "comments comments_by_author_fk",
    "alter table comments add column editor_id uuid; alter table comments add constraint comments_by_author_fk foreign key (workspace_id, editor_id) references members (workspace_id, id)",
  ],
  [
    "a constraint that was never checked",
    "constraints are valid",
    "tags tags_named",
    "alter table tags add constraint tags_named check (name <> '') not valid",
  ],
];

describe("a weakness is found by name", () => {
  it.each(plants)("%s", async (_, rule, place, plant) => {
    const found = await findingsAfter(plant, rule);
    expect(found.map(({ target }) => target)).toContainEqual(expect.stringContaining(place));
    // Each says what to do next.
    for (const { says } of found) {
      expect(says).toMatch(/\b(Run|Drop|Add|Make|Replace|Look|Give|Revoke|Let|list it|move)\b/);
    }
  });

  it("and no weakness are logins that are named to be the owner's, also several at once", async () => {
    const rule = "nobody else becomes the owner";
    const plant = `create role dba_ada login; create role dba_bob login; create role dbaxcy login;
      grant socialhub_owner to dba_ada, dba_bob, dbaxcy`;
    const found = await findingsAfter(plant, rule, { admins: [OTHERS, "dba_*"] });
    expect(found.map(({ target }) => target)).toEqual(["dbaxcy"]);
  });

  it("also by a rule that has lost its way", async () => {
    const found = await findingsAfter(
      "drop schema identity cascade",
      "people are out of reach",
      {},
    );
    expect(found.filter(({ came }) => came === "nothing to look at")).toEqual([]);
    const [lost] = await holdRules(
      async () => [],
      { declared, admins: [], login: { server: "", isShared: true } },
      [rules[0]!],
    );
    expect(lost).toMatchObject({ verdict: "finding", came: "nothing to look at" });
  });

  it("and every rule has a weakness here that it finds", () => {
    const planted = new Set(plants.map(([, rule]) => rule));
    // Of logins and of other roles: notes, which CI itself has.
    const notes = [
      "the server's login is nobody else",
      "other roles read nothing",
      "no temporary tables",
    ];
    expect(
      rules.map(({ name }) => name).filter((name) => !planted.has(name) && !notes.includes(name)),
    ).toEqual([]);
  });
});

describe("an attack that gets through is noticed", () => {
  /** Plants and commits; what undoes it is given with it. */
  const planted = async <Result>(plant: string, undo: string, work: () => Promise<Result>) => {
    await superuser.unsafe(plant).simple();
    try {
      return await work();
    } finally {
      await superuser.unsafe(undo).simple();
    }
  };

  const attackTable = async (table: string) => {
    const server = connect(database.url, { max: 1 });
    try {
      const targets = (await findTargets(superuser)).filter((target) => target.table === table);
      const world = await findWorld(superuser, targets, [own, foreign]);
      if (!world) throw new Error(`no rows of ${table}`);
      const tried = await attackAsApp(server, { ...world, targets, pair: { own, foreign } });
      return new Set(
        tried.filter(({ verdict }) => verdict === "finding").map(({ column }) => column),
      );
    } finally {
      await server.end({ timeout: 5 });
    }
  };

  it("on a table without policies and triggers: in every way but the owner's own", async () => {
    const found = await planted(
      `alter table tags disable row level security; alter table tags disable trigger user;
       grant truncate on tags to ${APP_ROLE}`,
      `alter table tags enable row level security; alter table tags enable trigger user;
       revoke truncate on tags from ${APP_ROLE}`,
      () => attackTable("tags"),
    );
    expect([...found].sort()).toEqual(
      [
        "COPY",
        "DELETE",
        "INSERT",
        "JOIN",
        "NO WORKSPACE",
        "SELECT",
        "SUBQUERY",
        "TRUNCATE",
        "UPDATE",
      ].sort(),
    );
    expect(await attackTable("tags")).toEqual(new Set());
  });

  it("by an always-true policy for reading: in SELECT, and not in INSERT", async () => {
    const found = await planted(
      "create policy support on tags for select using (true)",
      "drop policy support on tags",
      () => attackTable("tags"),
    );
    expect([...found]).toContain("SELECT");
    expect([...found]).not.toContain("INSERT");
  });

  it("by a function and by a schema", async () => {
    const server = connect(database.url, { max: 1 });
    const found = await planted(
      `grant usage on schema identity to ${APP_ROLE}; grant execute on function identity.find_memberships(uuid) to ${APP_ROLE};
       grant create on schema public to ${APP_ROLE}`,
      `revoke usage on schema identity from ${APP_ROLE}; revoke execute on function identity.find_memberships(uuid) from ${APP_ROLE};
       revoke create on schema public from ${APP_ROLE}`,
      () => attackElsewhere(server, APP_ROLE, { own, hashes: [], isShared: true }),
    );
    await server.end({ timeout: 5 });
    const names = found
      .filter(({ verdict }) => verdict === "finding")
      .map(({ name, target }) => `${target}: ${name}`);
    expect(names).toContain("identity.find_memberships: ELSEWHERE called");
    expect(names).toContain("schema public: ELSEWHERE table made");
  });

  describe("on the API", () => {
    let app: AuditedApp;
    beforeAll(async () => {
      app = await openAuditedApp(readConfig({ LOG_LEVEL: "silent" }), database.url);
    });
    afterAll(() => app.close());

    const attackAs = async (
      ask: AuditedApp["ask"] = (...asked) => app.ask(...asked),
      as = askers.slice(0, 1),
    ) => {
      const truth = await Truth.of(superuser, own, foreign);
      expect(truth.markers).toBeGreaterThan(5);
      const tried = await attackApi({
        schema: buildSchema(),
        app: { ask },
        truth,
        own,
        foreign,
        as,
        only: (target) => /^(Query\.(node|tags|posts|contacts)|Tag\..*)$/.test(target),
      });
      return tried.filter(({ verdict }) => verdict === "finding");
    };

    it("finds a lens that does not keep workspaces apart, or lets anybody look", async () => {
      const asked = { app, own, foreign };
      const tried = await attackLens(asked);
      expect(tried.filter(({ verdict }) => verdict !== "held")).toEqual([]);
      const came = (name: string) =>
        new Set(tried.flatMap((each) => (each.as === name ? each.came : [])));
      expect(came("OWNER")).toEqual(new Set(["own", "nothing"]));
      expect(came("VIEWER, no scope")).toEqual(new Set(["forbidden"]));

      const of = Reflect.get(Ring.prototype, "of");
      const find = Reflect.get(Ring.prototype, "find");
      const spies = [
        vi.spyOn(Ring.prototype, "of").mockImplementation(function (this: Ring) {
          return of.call(this, foreign);
        }),
        vi.spyOn(Ring.prototype, "find").mockImplementation(function (this: Ring, _, id) {
          return find.call(this, foreign, id);
        }),
        vi.spyOn(Viewer.prototype, "must").mockReturnValue(undefined),
      ];
      const planted = await attackLens(asked);
      for (const spy of spies) spy.mockRestore();
      const findings = planted.filter(({ verdict }) => verdict === "finding");
      const told = ["operations", "operations/:id", "operations/:id/explain"];
      for (const path of told) {
        const as = findings.filter(({ target }) => target.endsWith(`/lens/api/${path}`));
        expect(new Set(as.map((each) => each.as)), path).toEqual(
          new Set(askers.map(({ name }) => name)),
        );
      }
      expect(findings.some(({ says }) => says?.includes("READ_INSIGHT"))).toBe(true);
    });

    /** Breaks the statements that loaders send, as a forgotten predicate would. */
    const withBroken = async (edit: (text: string) => string, work: () => Promise<Tried[]>) => {
      const ask = Reflect.get(Connection.prototype, "ask");
      const spy = vi.spyOn(Connection.prototype, "ask");
      spy.mockImplementation(function (this: Connection, text, ...rest) {
        return ask.call(this, edit(text), ...rest);
      });
      try {
        return await planted(
          "alter table tags disable row level security",
          "alter table tags enable row level security",
          work,
        );
      } finally {
        spy.mockRestore();
      }
    };

    it("when a loader forgets the workspace and the table has no policy", async () => {
      const found = await withBroken(
        (text) => text.replaceAll(/"tags"\."workspace_id" = (\$\d+::uuid)/g, "$1 is not null"),
        () => attackAs(),
      );
      expect(new Set(found.map(({ target }) => target))).toContain("Query.tags");
      expect(found.map(({ name }) => name)).toContain("counted");
      expect(
        found.some(({ target, name }) => target === "Query.node" && name === "with B's Tag"),
      ).toBe(true);
    });

    it("when a field shows a value of another workspace among one's own objects", async () => {
      const found = await withBroken(
        (text) =>
          text.replaceAll(
            '"tags"."name" as "name"',
            `(select max(other.name) from tags as other where other.workspace_id = '${foreign}') as "name"`,
          ),
        () => attackAs(),
      );
      expect(found.map(({ target }) => target)).toContain("Tag.name");
      expect(found.every(({ came }) => came.endsWith("values of B"))).toBe(true);
      // What leaked is not repeated.
      expect(JSON.stringify(found)).not.toMatch(/Ångström|漢字/);
    });

    it("when a field answers without the permission", async () => {
      const [owner, ...others] = askers;
      const nobody = others.at(-1)!;
      const found = await attackAs((_, ...rest) => app.ask(owner!, ...rest), [nobody]);
      const targets = new Set(found.map(({ target }) => target));
      expect([...targets]).toEqual(
        expect.arrayContaining(["Query.tags", "Query.posts", "Tag.name"]),
      );
    });
  });
});

describe("a mutation with another workspace's id", () => {
  const sdl = buildAst(`
    directive @requiresPermission(permission: Permission!) on FIELD_DEFINITION | OBJECT
    enum Permission { READ_CONTENT MANAGE_MEMBERS }
    interface Node { id: ID! }
    type Member implements Node { id: ID! }
    type Query { node(id: ID!): Node member: Member }
    type Mutation {
      removeMember(input: RemoveMemberInput!): RemoveMemberPayload @requiresPermission(permission: MANAGE_MEMBERS)
      leave(reason: String): Boolean
    }
    input RemoveMemberInput { memberId: ID!, idempotencyKey: String!, note: String }
    type RemoveMemberPayload { member: Member userErrors: [UserError!]! }
    type UserError { message: String! }`);
  const memberId = toGlobalId("Member", "01234567-89ab-7cde-8f01-23456789abcd");

  /** What the audit says when the server answers so to the mutation. */
  const answered = async (payload: object, as = askers[0]!) => {
    const sent: (object | undefined)[] = [];
    const ask: AuditedApp["ask"] = async (_, __, query, variables) => {
      if (!query.startsWith("mutation")) {
        return {
          data: { found: { __typename: "Member", id: memberId } },
          errors: [],
          requestId: "1",
        };
      }
      sent.push(variables);
      return { data: { found: payload }, errors: [], requestId: "1" };
    };
    const nothing = async () => new Set<string>();
    const truth = { foreignIds: nothing, foreignTexts: nothing, count: async () => undefined };
    const only = (target: string) => target.startsWith("Mutation.");
    const asked = { schema: sdl, app: { ask }, own, foreign, as: [as], only };
    const tried = await attackApi({ ...asked, truth: truth as unknown as Truth });
    return { tried, sent };
  };

  it("is tried for each mutation that takes one, with what else it needs", async () => {
    const { tried, sent } = await answered({ RemoveMemberPayload_userErrors: [{ message: "no" }] });
    expect(sent).toEqual([{ input: { memberId, idempotencyKey: "audit@example.com" } }]);
    expect(tried).toMatchObject([
      { target: "Mutation.removeMember", name: "B's Member in its input", came: "refused" },
    ]);
  });

  it("is a finding when it is carried out", async () => {
    const { tried } = await answered({ RemoveMemberPayload_userErrors: [] });
    expect(tried).toMatchObject([{ verdict: "finding", came: "carried out" }]);
  });

  it("is a finding when it answers somebody without the permission", async () => {
    const { tried } = await answered({ RemoveMemberPayload_userErrors: [{}] }, askers[3]);
    expect(tried).toMatchObject([{ verdict: "finding", came: "answered" }]);
  });

  it("is not committed: the audit's pool rolls back", async () => {
    const pool = new RolledBackPool({
      url: database.url,
      role: APP_ROLE,
      size: 1,
      acquireTimeoutMs: 5_000,
      idleTimeoutMs: 60_000,
      statementTimeoutMs: 5_000,
    });
    const lease = await pool.acquire();
    const ask = (text: string) => lease.ask<{ name: string }>(text, undefined, 5_000);
    await ask(`begin; set local app.workspace_id = '${own}'`);
    const [changed] = await ask("update workspaces set name = 'taken over' returning name");
    expect(changed).toEqual({ name: "taken over" });
    await ask("COMMIT");
    lease.release();
    await pool.close();
    const [kept] = await superuser`select name from workspaces where workspace_id = ${own}`;
    expect(kept?.["name"]).not.toBe("taken over");
  });
});

describe("socialhub audit rls", () => {
  it("passes on a migrated database, changes nothing, and writes what it tried", async () => {
    const folder = await temporaryFolder();
    try {
      const empty = await createTestDatabase("empty");
      const arguments_ = [
        "audit",
        "rls",
        "--admin",
        OTHERS,
        "--json",
        "audit.json",
        "--html",
        "audit.html",
      ];
      const ended = await run(arguments_, { DATABASE_URL: empty.url }, folder.path);
      await empty.close();
      expect(ended.stdout).toMatch(/^PostgreSQL \d+\.\d+: \d+ things tried, \d+ held, 0 findings/);
      expect(ended.stdout).toContain("both made for this, and rolled back");
      expect(ended.stdout).toMatch(/\nIsolation holds: 1\d\d\d things tried, no finding\.\n$/);
      expect(ended.code, ended.stdout + ended.stderr).toBe(0);

      const json = JSON.parse(await readFile(join(folder.path, "audit.json"), "utf8"));
      expect(json).toMatchObject({ version: 1, passed: true, findings: [], madeWorkspaces: true });
      expect(json.counts.tries).toBe(json.catalog.length + json.sql.length + json.api.length);
      const html = await readFile(join(folder.path, "audit.html"), "utf8");
      expect(html).toContain("No workspace reached another.");
      expect(html).not.toMatch(/(src|href)=|@import|url\(/);
    } finally {
      await folder.remove();
    }
  });

  it("fails on a finding, and says which", async () => {
    const folder = await temporaryFolder();
    const weak = await createTestDatabase("empty");
    const admin = connect(weak.ownerUrl, { max: 1 });
    try {
      await admin.unsafe("create policy support on tags using (true)");
      const ended = await run(["audit", "rls"], { DATABASE_URL: weak.url }, folder.path);
      expect(ended.code).toBe(1);
      expect(ended.stdout).toContain(
        "a policy lets everybody see or write every row: tags support.",
      );
      expect(ended.stdout).toMatch(/Isolation does not hold: \d+ findings\.\n$/);
    } finally {
      await admin.end({ timeout: 5 });
      await weak.close();
      await folder.remove();
    }
  });

  it("escapes what it writes into the page", () => {
    const tried: Tried = {
      name: "<b>rule</b>",
      target: '"><script>',
      column: "holds",
      as: "x",
      came: "<i>",
      verdict: "finding",
      says: "<script>alert('x')</script>",
    };
    const audit = { version: "<18>", at: "2026-01-01T00:00:00Z", isScratch: false };
    const html = auditAsHtml({ ...audit, catalog: [tried], sql: [tried], api: [tried] });
    expect(html).not.toMatch(/<script|<b>|<i>|<18>/);
    expect(html).toContain("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;");
  });
});
