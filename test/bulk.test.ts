import type { PgTable } from "drizzle-orm/pg-core";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createKey, parseKey } from "../src/auth/api-key.ts";
import { BulkLoad } from "../src/data/bulk.ts";
import { compareWithCopy, describeComparison } from "../src/data/compare.ts";
import { setChecksOf } from "../src/data/foreign-keys.ts";
import { demoWorkspaces } from "../src/data/demo/workspaces.ts";
import type { Client } from "../src/db/client.ts";
import { connectForLoad, copyChunks, copyInto, copyLine } from "../src/db/copy.ts";
import { comments } from "../src/db/tables/comment.ts";
import { contacts } from "../src/db/tables/contact.ts";
import { posts } from "../src/db/tables/post.ts";
import { inWorkspace } from "../src/db/workspace-transaction.ts";
import { createTestDatabase, type TestDatabase } from "./support/database.ts";
import { anyText } from "./support/text.ts";

const workspaceId = "018f0000-0000-7000-8000-000000000001";
const other = "018f0000-0000-7000-8000-000000000002";
const columns = ["id", "network", "handle", "displayName"];
const id = (number: number) => `018f0000-0000-7000-9000-${number.toString(16).padStart(12, "0")}`;

describe("The bulk path", () => {
  let database: TestDatabase;
  let client: Client;

  const namesOf = (workspace: string) =>
    inWorkspace(client, workspace, async (transaction) => {
      const rows = await transaction<{ name: string }[]>`
        select display_name as name from contacts
        where workspace_id = ${workspace}::uuid order by id`;
      return rows.map((row) => row.name);
    });

  const empty = () =>
    inWorkspace(client, workspaceId, (transaction) =>
      transaction.unsafe(`delete from contacts where workspace_id = '${workspaceId}'`),
    );

  beforeAll(async () => {
    database = await createTestDatabase();
    client = connectForLoad(database.ownerUrl, "bulk test");
    for (const workspace of [workspaceId, other]) {
      await inWorkspace(
        client,
        workspace,
        (transaction) =>
          transaction`insert into workspaces (workspace_id, name) values (${workspace}::uuid, 'test')`,
      );
    }
  });

  afterAll(async () => {
    await client.end({ timeout: 5 });
    await database.close();
  });

  it("stores any text exactly as it was", async () => {
    const hostile = [
      String.raw`\N`,
      String.raw`\.`,
      "\\",
      "a\tb\nc\r\nd\re",
      `"quoted", 'and' so on`,
      "\b\f\v\u0001\u007f",
      "👩‍👩‍👧 عربي \u202E backwards \uFEFF",
      "",
      " ",
      "$$; drop table contacts; --",
      "x".repeat(200_000),
    ];
    const text = anyText().map((value) => value.replaceAll("\0", ""));
    await fc.assert(
      fc.asyncProperty(fc.array(text, { maxLength: 40 }), async (generated) => {
        const texts = [...hostile, ...generated];
        await empty();
        await inWorkspace(client, workspaceId, (transaction) =>
          new BulkLoad(transaction, workspaceId, contacts, columns).add(
            texts.map((value, index) => [id(index), "X", "handle", value]),
          ),
        );
        expect(await namesOf(workspaceId)).toEqual(texts);
      }),
      { numRuns: 15 },
    );
  });

  it("keeps null apart from empty text and from the text \\N", async () => {
    await empty();
    await inWorkspace(client, workspaceId, async (transaction) => {
      const load = new BulkLoad(transaction, workspaceId, contacts, [...columns, "avatarUrl"]);
      await load.add(
        [null, "", String.raw`\N`].map((url, index) => [id(index), "X", "h", "n", url]),
      );
      const rows = await transaction`
        select avatar_url as url from contacts where workspace_id = ${workspaceId}::uuid order by id`;
      expect(rows.map((row) => row.url as unknown)).toEqual([null, "", String.raw`\N`]);
    });
  });

  it("refuses U+0000, which PostgreSQL cannot store", () => {
    expect(() => copyLine(["a\0b"])).toThrow("U+0000");
  });

  it("cuts many rows into pieces and loses none", () => {
    const rows = Array.from({ length: 5000 }, (_, index) => [index, "é".repeat(30)]);
    const chunks = [...copyChunks(rows)];
    expect(chunks.length).toBeGreaterThan(2);
    expect(chunks.join("").split("\n")).toHaveLength(5001);
  });

  it("loads piece after piece in one transaction, and all of it or nothing", async () => {
    await empty();
    const piece = (from: number) =>
      Array.from({ length: 1000 }, (_, index) => [id(from + index), "X", "handle", "name"]);
    const failing = inWorkspace(client, workspaceId, async (transaction) => {
      const load = new BulkLoad(transaction, workspaceId, contacts, columns);
      await load.add(piece(0));
      await load.add(piece(1000));
      await load.add([[id(7), "X", "handle", "the same id again"]]);
    });
    await expect(failing).rejects.toThrow("contacts_workspace_id_id_pk");
    expect(await namesOf(workspaceId)).toHaveLength(0);

    await inWorkspace(client, workspaceId, async (transaction) => {
      const load = new BulkLoad(transaction, workspaceId, contacts, columns);
      await load.add(piece(0));
      await load.add(piece(1000));
      expect(load.count).toBe(2000);
    });
    expect(await namesOf(workspaceId)).toHaveLength(2000);
  });

  it("hands on what the server finds wrong, also after the last byte, and the client lives on", async () => {
    const broken = inWorkspace(client, workspaceId, (transaction) =>
      new BulkLoad(transaction, workspaceId, contacts, columns).add([["no uuid", "X", "h", "n"]]),
    );
    await expect(broken).rejects.toThrow("invalid input syntax for type uuid");
    const many = inWorkspace(client, workspaceId, (transaction) =>
      new BulkLoad(transaction, workspaceId, contacts, columns).add(
        Array.from({ length: 20_000 }, () => ["no uuid", "X", "h", "n".repeat(100)]),
      ),
    );
    await expect(many).rejects.toThrow("invalid input syntax for type uuid");
    const direct = inWorkspace(client, workspaceId, (transaction) =>
      copyInto(transaction, "contacts (workspace_id, id)", ["x"]),
    );
    await expect(direct).rejects.toThrow("row-level security");
    expect(await namesOf(other)).toEqual([]);
  });

  it("gives up the transaction when the rows themselves fail on the way", async () => {
    const failing = inWorkspace(client, workspaceId, async (transaction) => {
      await transaction.unsafe("create temporary table heap (a text) on commit drop").simple();
      await copyInto(
        transaction,
        "pg_temp.heap",
        (function* () {
          yield "one\n";
          throw new Error("the source broke");
        })(),
      );
    });
    await expect(failing).rejects.toThrow("the source broke");
    expect(await namesOf(other)).toEqual([]);
  });

  it("cannot write into another workspace than the transaction's", async () => {
    const trespassing = inWorkspace(client, workspaceId, (transaction) =>
      new BulkLoad(transaction, other, contacts, columns).add([[id(1), "X", "handle", "name"]]),
    );
    await expect(trespassing).rejects.toThrow("may not be put into another workspace");
    expect(await namesOf(other)).toEqual([]);
  });

  describe("that looks up foreign keys as a set", () => {
    const [account, contact, post] = [id(9001), id(9002), id(9003)];
    const commentColumns = ["id", "accountId", "postId", "parentId", "contactId", "body"];
    const comment = (number: number, parent: string | null = null, of = post) => [
      id(number),
      account,
      of,
      parent,
      contact,
      "text",
    ];

    const load = (into: string, rows: (string | null)[][], by = client) =>
      inWorkspace(by, into, (transaction) =>
        new BulkLoad(transaction, into, comments, commentColumns, "as a set").add(rows),
      );
    const commentsOf = (workspace: string) =>
      inWorkspace(client, workspace, async (transaction) => {
        const rows = await transaction<{ id: string }[]>`
          select id from comments where workspace_id = ${workspace}::uuid order by id`;
        return rows.map((row) => row.id);
      });

    beforeAll(() =>
      inWorkspace(client, workspaceId, async (transaction) => {
        await transaction.unsafe(`
          insert into accounts (id, network, handle, display_name) values ('${account}', 'X', 'a', 'a');
          insert into contacts (id, network, handle, display_name) values ('${contact}', 'X', 'c', 'c');
          insert into posts (id, account_id, network, status, body)
          values ('${post}', '${account}', 'X', 'DRAFT', 'text')`);
      }),
    );

    it("loads what hangs together, also rows that refer to each other", async () => {
      await load(workspaceId, [comment(1), comment(2, id(1)), comment(3, id(4)), comment(4)]);
      expect(await commentsOf(workspaceId)).toEqual([id(1), id(2), id(3), id(4)]);
    });

    it("refuses the whole load when one row's key leads nowhere, and names it", async () => {
      const before = await commentsOf(workspaceId);
      const astray = load(workspaceId, [comment(5), comment(6, null, id(999))]);
      await expect(astray).rejects.toThrow(
        "the foreign key comments_workspace_id_post_id_posts_workspace_id_id_fk of 1 of the rows leads nowhere",
      );
      await expect(load(workspaceId, [comment(7, id(998))])).rejects.toThrow("parent_id");
      expect(await commentsOf(workspaceId)).toEqual(before);
    });

    it("does not take another workspace's rows for what is referred to", async () => {
      await expect(load(other, [comment(8)])).rejects.toThrow("leads nowhere");
      expect(await commentsOf(other)).toEqual([]);
    });

    it("holds every other rule, and writes into no other workspace", async () => {
      await expect(load(workspaceId, [comment(1)])).rejects.toThrow("comments_workspace_id_id_pk");
      const trespassing = inWorkspace(client, other, (transaction) =>
        new BulkLoad(transaction, workspaceId, comments, commentColumns, "as a set").add([
          comment(9),
        ]),
      );
      await expect(trespassing).rejects.toThrow("row-level security");
    });

    it("keeps what is referred to from being deleted before it is done", async () => {
      const rival = connectForLoad(database.ownerUrl, "bulk rival");
      try {
        await inWorkspace(client, workspaceId, async (transaction) => {
          const loading = new BulkLoad(
            transaction,
            workspaceId,
            comments,
            commentColumns,
            "as a set",
          );
          await loading.add([comment(10)]);
          const deletion = inWorkspace(rival, workspaceId, (mine) =>
            mine
              .unsafe(`set local lock_timeout = 50; delete from contacts where id = '${contact}'`)
              .simple(),
          );
          await expect(deletion).rejects.toThrow("lock timeout");
        });
      } finally {
        await rival.end({ timeout: 5 });
      }
    });

    it("has PostgreSQL look up row by row where the login may not ask for less, or the table has triggers of its own", async () => {
      const looked = (by: Client, table: PgTable) =>
        inWorkspace(by, workspaceId, (transaction) =>
          setChecksOf(transaction, workspaceId, table, "pg_temp.staging"),
        );
      expect(await looked(client, comments)).toHaveLength(4);
      expect(await looked(client, posts)).toBeUndefined();

      const login = `plain_${process.pid}`;
      await client
        .unsafe(
          `set role none; create role ${login} login password 's3cret'; grant socialhub_owner to ${login}; set role socialhub_owner`,
        )
        .simple();
      const url = Object.assign(new URL(database.ownerUrl), {
        username: login,
        password: "s3cret",
      });
      const plain = connectForLoad(url.href, "bulk plain");
      try {
        expect(await looked(plain, comments)).toBeUndefined();
        await load(workspaceId, [comment(11)], plain);
        const astray = load(workspaceId, [comment(12, null, id(999))], plain);
        await expect(astray).rejects.toThrow("violates foreign key constraint");
      } finally {
        await plain.end({ timeout: 5 });
        await client.unsafe(`set role none; drop role ${login}; set role socialhub_owner`).simple();
      }
    });
  });

  it("takes no workspace id that is not one", async () => {
    const work = () => Promise.resolve();
    await expect(inWorkspace(client, "'; drop table posts; --", work)).rejects.toThrow("UUID");
  });

  it("compares itself with plain COPY and leaves nothing behind", async () => {
    const workspace = demoWorkspaces.at(-1);
    const comparison = await compareWithCopy({
      ownerUrl: database.ownerUrl,
      rows: 1000,
      ...(workspace ? { workspace } : {}),
    });
    expect(comparison.rows).toBeGreaterThan(1000);
    // Far below the goal of 0.5: this is one layer on a busy machine. `seed --compare` measures.
    expect(comparison.ratio).toBeGreaterThan(0.05);
    expect(describeComparison(comparison).join("\n")).toMatch(/bulk path +\d+ rows\/s/);
    const left =
      await client`select datname from pg_database where datname like 'socialhub\\_compare%'`;
    expect(left).toHaveLength(0);
  });
});

describe("API keys", () => {
  const anyUuid = fc.uuid();

  it("carry their workspace and are found by their hash", () => {
    fc.assert(
      fc.property(anyUuid, (workspace) => {
        const { key, hash } = createKey(workspace);
        expect(key).toMatch(/^shk_[\w-]{22}_[\w-]{43}$/);
        expect(parseKey(key)).toMatchObject({ workspaceId: workspace, hash });
        expect(hash).toMatch(/^[0-9a-f]{64}$/);
      }),
    );
  });

  it("are never the same twice", () => {
    expect(createKey(workspaceId).key).not.toBe(createKey(workspaceId).key);
  });

  it("have one spelling: whatever is not exactly a key is none", () => {
    const { key } = createKey(workspaceId);
    const last = key.at(-1) ?? "";
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    // The last character holds two bits that mean nothing: a lax reader would take four spellings.
    const respelled = key.slice(0, -1) + alphabet[alphabet.indexOf(last) ^ 1];
    const wrong = ["", "shk_", key.slice(0, -1), `${key}A`, ` ${key}`, `${key}\n`, respelled];
    wrong.push(
      key.replace("shk_", "SHK_"),
      key.replace("_", "-"),
      `${key.slice(0, 60)}+/=${key.slice(63)}`,
    );
    for (const text of wrong) expect(parseKey(text), JSON.stringify(text)).toBeUndefined();
    fc.assert(
      fc.property(anyText({ maxLength: 90 }), (text) => {
        expect(parseKey(text)).toBeUndefined();
      }),
    );
  });
});
