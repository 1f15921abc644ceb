import fc from "fast-check";
import { existsSync } from "node:fs";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  onTestFinished,
} from "vitest";
import { importFile, type ImportOptions } from "../src/data/import/import-file.ts";
import type { ImportKind } from "../src/data/import/kinds.ts";
import { connect, type Client } from "../src/db/client.ts";
import { createTestDatabase, type TestDatabase } from "./support/database.ts";
import { anyText } from "./support/text.ts";

const workspaceId = "018f0000-0000-7000-8000-00000000000a";
const otherId = "018f0000-0000-7000-8000-00000000000b";

const account = {
  type: "account",
  externalId: "a1",
  network: "X",
  handle: "orchard",
  displayName: "Orchard",
};
const contact = {
  ...account,
  type: "contact",
  externalId: "k1",
  handle: "ines",
  displayName: "Inès",
};
const post = {
  type: "post",
  externalId: "p1",
  account: "a1",
  status: "PUBLISHED",
  body: "Hello",
  publishedAt: "2026-05-01T10:00:00.123+02:00",
};
const metrics = {
  type: "metrics",
  post: "p1",
  likes: 3_000_000_000,
  capturedAt: "2026-05-02T00:00:00Z",
};
const comment = {
  type: "comment",
  externalId: "c1",
  post: "p1",
  contact: "k1",
  body: "Nice",
  createdAt: "2026-05-01T11:00:00Z",
};
const reply = { ...comment, externalId: "c2", parent: "c1", body: "Yes" };
const world = [account, contact, post, metrics, comment, reply];

describe("An import", () => {
  let database: TestDatabase;
  /** A login above row-level security: it looks at every workspace. */
  let client: Client;
  let folder = "";

  beforeAll(async () => {
    database = await createTestDatabase();
    client = connect(database.ownerUrl, { max: 1 });
    await client`
      insert into workspaces (workspace_id, name)
      values (${workspaceId}::uuid, 'mine'), (${otherId}::uuid, 'theirs')`;
  });

  afterAll(async () => {
    await client.end({ timeout: 5 });
    await database.close();
  });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "socialhub-import-"));
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** A few rows are gone much sooner by DELETE than by TRUNCATE, which makes every index anew. */
  const empty = () =>
    client
      .unsafe(
        `delete from comments; delete from post_metrics; delete from posts;
         delete from contacts; delete from accounts`,
      )
      .simple();
  const file = (name: string) => join(folder, name);
  const run = (path: string, options: Partial<ImportOptions> = {}) =>
    importFile({ ownerUrl: database.ownerUrl, workspaceId, file: path, ...options });
  const ndjson = (lines: unknown[]) =>
    lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n");

  async function load(
    content: unknown[] | Buffer | string,
    options: Partial<ImportOptions> = {},
    name = "data.ndjson",
  ) {
    await writeFile(file(name), Array.isArray(content) ? ndjson(content) : content);
    return run(file(name), options);
  }

  /** Everything that an import may touch, with the transaction that wrote each row. */
  const everything = async (withTransactions = false) => {
    const tables = ["accounts", "contacts", "posts", "post_metrics", "comments"];
    const parts = tables.map(
      (table) =>
        `select '${table}' as table, ${withTransactions ? "t.xmin::text || t.ctid::text ||" : ""} t::text as row from ${table} t`,
    );
    return [...(await client.unsafe(`${parts.join(" union all ")} order by 1, 2`))];
  };
  const count = async () => (await everything()).length;
  const counts = (summary: Awaited<ReturnType<typeof run>>) =>
    Object.fromEntries(
      summary.kinds.map((each) => [
        each.kind ?? "none",
        [each.read, each.inserted, each.updated, each.unchanged, each.rejected],
      ]),
    );
  /** What is wrong with these lines when the whole world is there already. */
  const problemsOf = async (...lines: unknown[]) => {
    if ((await count()) === 0) await load(world, {}, "world.ndjson");
    const before = await everything(true);
    const summary = await load(lines);
    expect(summary.applied).toBe(summary.rejected === 0);
    if (!summary.applied) expect(await everything(true)).toEqual(before);
    return summary.problems.map(({ line, reason }) => `${line}: ${reason}`);
  };

  describe("of good lines", () => {
    beforeEach(empty);

    it("loads every kind, in whatever order they come", async () => {
      const summary = await load(world.toReversed());
      expect(summary).toMatchObject({ applied: true, rejected: 0, problems: [] });
      expect(counts(summary)).toEqual({
        account: [1, 1, 0, 0, 0],
        contact: [1, 1, 0, 0, 0],
        post: [1, 1, 0, 0, 0],
        metrics: [1, 1, 0, 0, 0],
        comment: [2, 2, 0, 0, 0],
      });
      const [row] = await client`
        select p.published_at::text as published, p.created_at = p.published_at as created_then, m.likes,
          a.health, c.status, c.account_id = a.id as same_account, k.display_name as contact,
          (select external_id from comments r where r.parent_id = c.id) as reply
        from posts p join accounts a on a.id = p.account_id join post_metrics m on m.post_id = p.id
        join comments c on c.post_id = p.id and c.parent_id is null join contacts k on k.id = c.contact_id`;
      expect(row).toEqual({
        published: "2026-05-01 08:00:00.123+00",
        created_then: true,
        likes: 3_000_000_000,
        health: "HEALTHY",
        status: "NEW",
        same_account: true,
        contact: "Inès",
        reply: "c2",
      });
    });

    it("changes nothing the second time: no row is even written again", async () => {
      await load(world);
      const before = await everything(true);
      const summary = await load(world);
      expect(counts(summary)).toEqual({
        account: [1, 0, 0, 1, 0],
        contact: [1, 0, 0, 1, 0],
        post: [1, 0, 0, 1, 0],
        metrics: [1, 0, 0, 1, 0],
        comment: [2, 0, 0, 2, 0],
      });
      expect(await everything(true)).toEqual(before);
    });

    it("updates what differs, and only that", async () => {
      await load(world);
      const summary = await load([
        { ...account, followerCount: 7 },
        contact,
        { ...post, body: "Hello again" },
        { ...metrics, likes: 5 },
        { ...reply, parent: null },
      ]);
      expect(counts(summary)).toEqual({
        account: [1, 0, 1, 0, 0],
        contact: [1, 0, 0, 1, 0],
        post: [1, 0, 1, 0, 0],
        metrics: [1, 0, 1, 0, 0],
        comment: [1, 0, 1, 0, 0],
      });
      const [row] = await client`
        select (select body from posts) as body, (select likes from post_metrics) as likes,
          (select count(*)::int from comments where parent_id is null) as threads`;
      expect(row).toEqual({ body: "Hello again", likes: 5, threads: 2 });
    });

    it("carries a corrected network on to the account's posts, and to their tags", async () => {
      await load(world);
      const tagId = crypto.randomUUID();
      await client`insert into tags (workspace_id, id, name) values (${workspaceId}, ${tagId}, 'sale')`;
      onTestFinished(async () => void (await client`delete from tags where id = ${tagId}`));
      await client`
        insert into post_tags
        select workspace_id, id, ${tagId}, timeline_at, account_id, network, status from posts`;
      const networks = async () => {
        const rows = await client<{ network: string }[]>`
          select network from accounts union all select network from posts
          union all select network from post_tags`;
        return rows.map(({ network }) => network);
      };
      expect(await networks()).toEqual(["X", "X", "X"]);
      const summary = await load([{ ...account, network: "THREADS" }, post]);
      expect(counts(summary)).toEqual({ account: [1, 0, 1, 0, 0], post: [1, 0, 0, 1, 0] });
      expect(await networks()).toEqual(["THREADS", "THREADS", "THREADS"]);
    });

    it("finds what the workspace has already", async () => {
      await load(world);
      const more = { ...comment, externalId: "c3", parent: "c2" };
      expect(counts(await load([more]))).toEqual({ comment: [1, 1, 0, 0, 0] });
    });

    it("makes the same rows from CSV as from NDJSON", async () => {
      await load(world);
      const before = await everything(true);
      const cells = (values: (string | number)[]) =>
        values.map((value) => `"${String(value).replaceAll('"', '""')}"`).join(",");
      for (const line of world) {
        const { type, ...fields } = line;
        const csv = `${Object.keys(fields).join(",")}\r\n${cells(Object.values(fields))}\r\n`;
        const summary = await load(csv, { type: type as ImportKind }, `${type}.csv`);
        expect(counts(summary)).toEqual({ [type]: [1, 0, 0, 1, 0] });
      }
      const mixed = [
        "type,externalId,network,handle,displayName,avatarUrl",
        "account,a1,X,orchard,Orchard,",
        "",
        "contact,k1,X,ines,Inès,",
      ];
      const summary = await load(mixed.join("\n"), {}, "mixed.csv");
      expect(counts(summary)).toEqual({ account: [1, 0, 0, 1, 0], contact: [1, 0, 0, 1, 0] });
      expect(await everything(true)).toEqual(before);
    });

    it("takes byte order marks, CRLF, blank lines and a last line without an end", async () => {
      const text = `\u{FEFF}${world.map((line) => `${JSON.stringify(line)}\r\n\r\n  \n`).join("")}`;
      expect(await load(text.trimEnd())).toMatchObject({ applied: true, rejected: 0 });
      const csv = "\u{FEFF}externalId,network,handle,displayName\r\n\r\nk1,X,ines,Inès";
      expect(counts(await load(csv, { type: "contact" }, "k.csv"))).toEqual({
        contact: [1, 0, 0, 1, 0],
      });
    });

    it("stores any text exactly as it was written", async () => {
      await load(world);
      const text = anyText({ minLength: 1, maxLength: 50 }).filter((each) => !each.includes("\0"));
      const fixed = [String.raw`\N`, String.raw`\.`, "a\tb\\\n\r\nc", `"'`, "👩‍👩‍👧 عربي", "\u2028"];
      await fc.assert(
        fc.asyncProperty(fc.array(text, { maxLength: 20 }), async (generated) => {
          const texts = [...fixed, ...generated];
          const lines = texts.map((body, index) => ({ ...comment, externalId: `t${index}`, body }));
          expect(await load(lines)).toMatchObject({ applied: true });
          const stored = async () => {
            const rows = await client`
              select body from comments where external_id ~ '^t' order by substr(external_id, 2)::int
              limit ${texts.length}`;
            return rows.map((row) => row.body as string);
          };
          expect(await stored()).toEqual(texts);
          const csv = [
            "externalId,post,contact,createdAt,body",
            ...lines.map(
              (line) =>
                `${line.externalId},p1,k1,${line.createdAt},"${line.body.replaceAll('"', '""')}"`,
            ),
          ];
          const again = await load(csv.join("\n"), { type: "comment" }, "texts.csv");
          expect(counts(again)).toEqual({ comment: [texts.length, 0, 0, texts.length, 0] });
        }),
        { numRuns: 4 },
      );
    });

    it("says how far it is", async () => {
      const seen: number[] = [];
      await load(world, { onProgress: ({ bytes, size }) => seen.push(bytes / size) });
      expect(seen.at(-1)).toBe(1);
    });

    it("only checks in a dry run", async () => {
      const summary = await load(world, { dryRun: true });
      expect(summary).toMatchObject({ applied: false, rejected: 0 });
      expect(counts(summary).comment).toEqual([2, 2, 0, 0, 0]);
      expect(await count()).toBe(0);
    });

    it("brings the example files in", async () => {
      for (const name of ["harvest-festival.ndjson", "contacts.csv"]) {
        await copyFile(join(import.meta.dirname, "../examples/import", name), file(name));
        const type = name.endsWith(".csv") ? { type: "contact" as const } : {};
        expect(await run(file(name), type)).toMatchObject({ applied: true, rejected: 0 });
      }
    });
  });

  describe("of bad lines", () => {
    beforeEach(empty);

    it("loads nothing of the file, and sets the bad lines aside as they were", async () => {
      const bad = '{"type":"post",  "externalId": "p2", "status":"LOUD"}';
      const summary = await load([account, bad, "", "not json", contact]);
      expect(summary).toMatchObject({ applied: false, rejected: 2 });
      expect(counts(summary)).toEqual({
        account: [1, 0, 0, 0, 0],
        contact: [1, 0, 0, 0, 0],
        post: [1, 0, 0, 0, 1],
        none: [1, 0, 0, 0, 1],
      });
      expect(await count()).toBe(0);
      expect(summary.setAside).toEqual({
        lines: file("data.ndjson.rejected.ndjson"),
        reasons: file("data.ndjson.rejected.txt"),
      });
      expect(await readFile(file("data.ndjson.rejected.ndjson"), "utf8")).toBe(
        `${bad}\nnot json\n`,
      );
      expect(await readFile(file("data.ndjson.rejected.txt"), "utf8")).toBe(
        summary.problems.map(({ line, reason }) => `line ${line}: ${reason}\n`).join(""),
      );
    });

    it("loads the good ones when told to skip the bad, and takes the mended ones later", async () => {
      const summary = await load([...world, { ...comment, externalId: "c9", post: "p9" }], {
        skipBad: true,
      });
      expect(summary).toMatchObject({ applied: true, rejected: 1 });
      expect(await count()).toBe(world.length);
      const rejected = file("data.ndjson.rejected.ndjson");
      const mended = (await readFile(rejected, "utf8")).replace("p9", "p1");
      await writeFile(rejected, mended);
      expect(await run(rejected)).toMatchObject({ applied: true, rejected: 0 });
      expect(await count()).toBe(world.length + 1);
      expect(await load(world)).toMatchObject({ rejected: 0 });
      expect(existsSync(rejected)).toBe(false);
    });

    it("sets bad records of a CSV file aside under its header, so that they can be imported", async () => {
      const head = '\u{FEFF}externalId,network,handle,"displayName"\r\n';
      const bad = 'k2,NOWHERE,"multi\r\nline","say ""hi"""\r\n';
      const csv = `${head}k1,X,ines,Inès\r\n\r\n${bad}k3,X,too,many,cells\r\nk4,X,h,"ok\r\n"\r\nk5,,,`;
      const summary = await load(csv, { type: "contact", skipBad: true }, "people.csv");
      expect(summary.problems.map(({ line }) => line)).toEqual([4, 6, 9]);
      expect(counts(summary)).toEqual({ contact: [5, 2, 0, 0, 3] });
      expect(await readFile(file("people.csv.rejected.csv"), "utf8")).toBe(
        `${head}${bad}k3,X,too,many,cells\r\nk5,,,\n`,
      );
    });

    it("tells the first twenty and counts them all", async () => {
      const summary = await load(Array.from({ length: 1500 }, () => "{}"));
      expect(summary.problems).toHaveLength(20);
      expect(summary.rejected).toBe(1500);
      const reasons = await readFile(file("data.ndjson.rejected.txt"), "utf8");
      expect(reasons.trimEnd().split("\n")).toHaveLength(1500);
    });

    it("names every field of a line that is wrong", async () => {
      expect(await problemsOf({ ...account, network: 1, handle: "" })).toEqual([
        expect.stringMatching(/^1: network must be one of .*; handle must not be empty$/),
      ]);
    });

    it("names the line that has an id first", async () => {
      expect(
        await problemsOf(account, { ...account, handle: "x" }, metrics, metrics, account),
      ).toEqual([
        `2: externalId "a1" is on line 1 already`,
        `4: post "p1" is on line 3 already`,
        `5: externalId "a1" is on line 1 already`,
      ]);
    });

    it("follows what hangs on a bad line", async () => {
      const lines = [
        { ...post, externalId: "p5", status: "LOUD" },
        { ...metrics, post: "p5" },
        { ...comment, externalId: "c5", post: "p5" },
        { ...comment, externalId: "c6", parent: "c5" },
        { ...comment, externalId: "c7", parent: "c6" },
        { ...comment, externalId: "c8", parent: "c7" },
      ];
      const problems = await problemsOf(...lines);
      expect(problems.slice(1)).toEqual([
        `2: post "p5" is on line 1, which is rejected`,
        `3: post "p5" is on line 1, which is rejected`,
        `4: parent "c5" is on line 3, which is rejected`,
        `5: parent "c6" is on line 4, which is rejected`,
        `6: parent "c7" is on line 5, which is rejected`,
      ]);
    });

    it("keeps replies on the post of what they answer", async () => {
      const second = { ...post, externalId: "p2" };
      expect(
        await problemsOf(
          second,
          { ...reply, externalId: "c3", post: "p2" },
          { ...comment, externalId: "c4", post: "p2" },
          { ...reply, externalId: "c5", parent: "c4" },
        ),
      ).toEqual([
        `2: parent "c1" is a comment on another post`,
        `4: parent "c4" is a comment on another post`,
      ]);
    });

    it("moves no post to another account and no comment to another post", async () => {
      expect(
        await problemsOf(
          { ...account, externalId: "a2" },
          { ...post, account: "a2" },
          { ...post, externalId: "p2" },
          { ...comment, post: "p2" },
        ),
      ).toEqual([
        `2: the post "p1" is there already, on another account`,
        `4: the comment "c1" is there already, under another post`,
      ]);
    });

    it("lets no circle of replies close, in the file or with what is there", async () => {
      const circle = await problemsOf(
        { ...comment, externalId: "x1", parent: "x3" },
        { ...comment, externalId: "x2", parent: "x1" },
        { ...comment, externalId: "x3", parent: "x2" },
        { ...comment, externalId: "x4", parent: "x3" },
      );
      expect(circle).toHaveLength(4);
      expect(circle[0]).toBe(`1: parent "x3" makes the comment an answer to itself`);
      // c2 answers c1 already.
      expect(await problemsOf({ ...comment, parent: "c2" })).toEqual([
        `1: parent "c2" makes the comment an answer to itself`,
      ]);
    });

    it("refuses a line of more than a megabyte without keeping it in memory", async () => {
      const long = `{"type":"account","handle":"${"x".repeat(3 * 1024 * 1024)}"}`;
      const summary = await load([contact, long, account], { skipBad: true });
      expect(summary.problems).toEqual([{ line: 2, reason: "longer than 1048576 bytes" }]);
      expect(await readFile(file("data.ndjson.rejected.ndjson"), "utf8")).toBe(`${long}\n`);
      expect(await count()).toBe(2);
    });

    it("names lines that are not UTF-8", async () => {
      const latin = Buffer.from(`${JSON.stringify(contact)}\n`, "latin1");
      const summary = await load(
        Buffer.concat([Buffer.from(`${JSON.stringify(account)}\n`), latin]),
      );
      expect(summary.problems).toEqual([{ line: 2, reason: "not UTF-8" }]);
      expect(await readFile(file("data.ndjson.rejected.ndjson"))).toEqual(latin);
    });

    it("holds a line's type against --type", async () => {
      const summary = await load([{ ...contact, type: undefined }, account], { type: "contact" });
      expect(summary.problems).toEqual([
        { line: 2, reason: "type is account, but the import was started with --type contact" },
      ]);
    });
  });

  describe("that has", () => {
    // Nothing of these files is loaded: the world that they meet need be made only once.
    beforeAll(async () => {
      await empty();
    });

    const { externalId: _, ...nameless } = account;
    it.each<[string, unknown, string]>([
      ["no JSON", "{oops", "1: not JSON: "],
      ["an array", "[]", "1: not a JSON object"],
      [
        "no type",
        { externalId: "x" },
        "1: type is missing; it must be one of account, contact, post, metrics, comment",
      ],
      ["another type", { type: "story" }, "1: type must be one of account"],
      ["a type of Object's", { type: "__proto__" }, "1: type must be one of account"],
      [
        "an unknown field",
        { ...account, folowers: 3 },
        `1: unknown field "folowers"; account has externalId, network`,
      ],
      ["a missing field", nameless, "1: externalId is missing"],
      ["an empty id", { ...account, externalId: "" }, "1: externalId must not be empty"],
      [
        "a long id",
        { ...account, externalId: "x".repeat(201) },
        "1: externalId must have at most 200 characters",
      ],
      ["a number for text", { ...account, handle: 7 }, "1: handle must be text"],
      [
        "an unknown word",
        { ...account, network: "MYSPACE" },
        "1: network must be one of BLUESKY, FACEBOOK",
      ],
      ["U+0000", { ...account, handle: "a\0b" }, "1: handle must not contain the character U+0000"],
      [
        "half a character",
        '{"type":"account","externalId":"a","network":"X","handle":"\\ud83d","displayName":"x"}',
        "1: handle must not contain half a character",
      ],
      [
        "a relative URL",
        { ...account, avatarUrl: "/me.png" },
        "1: avatarUrl must be an http or https URL",
      ],
      [
        "a script URL",
        { ...account, avatarUrl: "javascript:alert(1)" },
        "1: avatarUrl must be an http or https URL",
      ],
      [
        "a negative counter",
        { ...metrics, likes: -1 },
        "1: likes must be a whole number from 0 to 9007199254740991",
      ],
      ["half a like", { ...metrics, likes: 1.5 }, "1: likes must be a whole number"],
      [
        "more than 2^53",
        '{"type":"metrics","post":"p1","likes":9007199254740993,"capturedAt":"2026-01-01T00:00:00Z"}',
        "1: likes must be a whole number",
      ],
      [
        "a number beyond numbers",
        '{"type":"metrics","post":"p1","likes":1e999,"capturedAt":"2026-01-01T00:00:00Z"}',
        "1: likes must be a whole number",
      ],
      [
        "a time without zone",
        { ...comment, createdAt: "2026-05-01T11:00:00" },
        "1: createdAt must be a time with its zone",
      ],
      [
        "a day that is not",
        { ...comment, createdAt: "2026-02-30T11:00:00Z" },
        "1: createdAt must be a time with its zone",
      ],
      [
        "a time before 1970",
        { ...comment, createdAt: "0000-01-01T00:00:00Z" },
        "1: createdAt must be a time with its zone",
      ],
      [
        "published without a time",
        { ...post, publishedAt: null },
        "1: publishedAt is missing, and the status is PUBLISHED",
      ],
      [
        "a draft with a time",
        { ...post, status: "DRAFT" },
        "1: publishedAt must be left out when the status is DRAFT",
      ],
      [
        "scheduled without a time",
        { ...post, status: "SCHEDULED", publishedAt: null },
        "1: scheduledAt is missing",
      ],
      [
        "an unknown account",
        { ...post, externalId: "p2", account: "a9" },
        `1: account "a9" is neither in the file nor in the workspace`,
      ],
      [
        "an unknown post",
        { ...metrics, post: "p9" },
        `1: post "p9" is neither in the file nor in the workspace`,
      ],
      ["an unknown contact", { ...comment, contact: "k9" }, `1: contact "k9" is neither`],
      ["an unknown parent", { ...reply, parent: "c9" }, `1: parent "c9" is neither`],
      [
        "an answer to itself",
        { ...comment, parent: "c1" },
        `1: parent "c1" makes the comment an answer to itself`,
      ],
    ])("%s is refused with a line that says so", async (_name, line, reason) => {
      const [problem, ...others] = await problemsOf(line);
      expect(problem?.slice(0, reason.length)).toBe(reason);
      expect(others).toEqual([]);
    });
  });

  describe("of a file that is none", () => {
    beforeEach(empty);

    const csvHead = "externalId,network,handle,displayName\n";
    it.each<[string, string, Buffer | string, string]>([
      ["an empty file", "a.ndjson", "", "is empty"],
      ["another kind of file", "a.xlsx", "hello", "must end in .ndjson, .jsonl or .csv"],
      ["a compressed file", "a.ndjson", gzipSync("{}"), "gzip"],
      ["a compressed file by name", "a.ndjson.gz", gzipSync("{}"), "gzip"],
      ["UTF-16", "a.csv", Buffer.from("\u{FEFF}externalId", "utf16le"), "UTF-16"],
      ["garbage", "a.csv", Buffer.from([1, 2, 0, 255]), "is not a text file"],
      [
        "CSV that is not UTF-8",
        "a.csv",
        Buffer.concat([Buffer.from(csvHead), Buffer.from("k1,X,h,Inès\n", "latin1")]),
        "not UTF-8 at or soon after line 1",
      ],
      ["semicolons", "a.csv", "externalId;network\n1;2\n", "separated by commas"],
      ["an unknown column", "a.csv", "externalId,colour\n1,2\n", `unknown column "colour"`],
      ["a column twice", "a.csv", "handle,handle\n1,2\n", `two columns "handle"`],
      ["a quote that never ends", "a.csv", `${csvHead}k1,X,"h,Inès\n`, "never closed"],
      ["a quote in the middle", "a.csv", `${csvHead}k1,X,h"h,Inès\n`, "not CSV"],
      [
        "a record without end",
        "a.csv",
        `${csvHead}k1,X,"${"x".repeat(2 ** 21)}"`,
        "longer than 1048576 bytes",
      ],
    ])("refuses %s in one line", async (_name, name, content, reason) => {
      const failing = load(content, { type: "contact" }, name);
      await expect(failing).rejects.toThrow(reason);
      await expect(failing).rejects.toMatchObject({ message: expect.stringMatching(/^.+$/) });
      expect(await count()).toBe(0);
    });

    it("refuses what is not there, and a folder", async () => {
      await expect(run(file("missing.csv"))).rejects.toThrow("there is no such file");
      await expect(run(folder)).rejects.toThrow("is not a file");
    });

    it("asks what the lines of a CSV file are", async () => {
      await expect(load(csvHead, {}, "a.csv")).rejects.toThrow("needs --type");
    });

    it("takes a CSV file of a header alone for what it is", async () => {
      expect(await load(csvHead, { type: "contact" }, "a.csv")).toMatchObject({
        applied: true,
        kinds: [],
      });
    });
  });

  describe("into one workspace", () => {
    beforeEach(empty);

    it("neither finds nor touches the rows of another", async () => {
      await load(world, { workspaceId: otherId });
      const theirs = await everything(true);
      const summary = await load([post, metrics, comment]);
      expect(summary.problems.map(({ reason }) => reason)).toEqual([
        `account "a1" is neither in the file nor in the workspace`,
        `post "p1" is on line 1, which is rejected`,
        `post "p1" is on line 1, which is rejected`,
      ]);
      expect(counts(await load(world))).toMatchObject({
        account: [1, 1, 0, 0, 0],
        comment: [2, 2, 0, 0, 0],
      });
      const rows = await everything(true);
      for (const row of theirs) expect(rows).toContainEqual(row);
      expect(rows).toHaveLength(2 * theirs.length);
    });

    it("needs one that exists", async () => {
      const nowhere = "018f0000-0000-7000-8000-00000000000c";
      await expect(load(world, { workspaceId: nowhere })).rejects.toThrow(
        `there is no workspace ${nowhere}`,
      );
    });

    it("comes out the same when two import the same file at once", async () => {
      await writeFile(file("data.ndjson"), ndjson(world));
      const both = await Promise.all([run(file("data.ndjson")), run(file("data.ndjson"))]);
      const inserted = both.flatMap((each) => each.kinds.map((kind) => kind.inserted));
      expect(inserted.reduce((sum, each) => sum + each)).toBe(world.length);
      expect(await count()).toBe(world.length);
    });
  });
});
