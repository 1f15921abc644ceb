import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createKey, parseKey } from "../src/auth/api-key.ts";
import { BulkLoad } from "../src/data/bulk.ts";
import { compareWithCopy, describeComparison } from "../src/data/compare.ts";
import { demoWorkspaces } from "../src/data/demo/workspaces.ts";
import type { Client } from "../src/db/client.ts";
import { connectForLoad, copyChunks, copyInto, copyLine } from "../src/db/copy.ts";
import { contacts } from "../src/db/tables/contact.ts";
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
        expect(parseKey(key)).toEqual({ workspaceId: workspace, hash });
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
