import { CommanderError, type Command } from "commander";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { Authenticator } from "../src/auth/authenticate.ts";
import { LastUsed } from "../src/auth/last-used.ts";
import { makeProgram } from "../src/commands/program.ts";
import { APP_ROLE, connect } from "../src/db/client.ts";
import { Pool } from "../src/db/pool.ts";
import { createLogger } from "../src/insight/log.ts";
import { builtMain } from "./support/bundle.ts";
import { run, runHere, start, temporaryFolder, type Ended } from "./support/command.ts";
import { createTestDatabase, type TestDatabase } from "./support/database.ts";

const commands = ["serve", "migrate", "seed", "import", "workspace", "member", "key", "audit"];
const nobody = "00000000-0000-7000-8000-000000000000";

let database: TestDatabase;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  [database, folder] = await Promise.all([createTestDatabase(), temporaryFolder()]);
});
afterAll(() => Promise.all([database.close(), folder.remove()]));

const socialhub = (words: string[], environment: Record<string, string> = {}) =>
  run(words, { DATABASE_URL: database.url, ...environment }, folder.path);

/** Runs a command that must succeed, and answers with what it printed. */
const printed = async (...words: string[]): Promise<string> =>
  (await runHere(words, { DATABASE_URL: database.url }, folder.path)).trimEnd();

/** One line that says what is wrong, and no stack. */
function expectOneLine({ code, stdout, stderr }: Ended, line: RegExp) {
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(/^socialhub: .+\n$/);
  expect(stderr).toMatch(line);
  expect(stderr).not.toMatch(/\n\s+at /);
}

/**
 * What a command line that is not run is answered with, told without a process for each. It must be
 * help or a mistake: what it asks for would happen here.
 */
async function answerTo(words: string[]): Promise<Ended> {
  const answer: Ended = { code: 0, stdout: "", stderr: "" };
  const listen = (command: Command) => {
    command.exitOverride().configureOutput({
      writeOut: (text) => (answer.stdout += text),
      writeErr: (text) => (answer.stderr += text),
    });
    command.commands.forEach(listen);
  };
  const program = makeProgram();
  listen(program);
  const error: unknown = await program
    .parseAsync(words, { from: "user" })
    .catch((reason: unknown) => reason);
  if (!(error instanceof CommanderError)) throw new Error(`${words.join(" ")} was run`);
  return { ...answer, code: error.exitCode };
}

describe("socialhub --help", () => {
  it("lists the commands", async () => {
    const { code, stdout, stderr } = await socialhub(["--help"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const command of commands) expect(stdout).toMatch(new RegExp(`^  ${command}\\b`, "m"));
  });

  it("explains each of them", async () => {
    const asked = [
      ...commands,
      "key create",
      "key list",
      "key revoke",
      "workspace create",
      "audit rls",
    ];
    for (const command of asked) {
      const { code, stdout, stderr } = await answerTo([...command.split(" "), "--help"]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toMatch(new RegExp(`^Usage: socialhub ${command}\\b.*\\n\\n\\w`));
    }
  });
});

describe("a mistake on the command line", () => {
  it("ends the process with 1", async () => {
    const words = ["key", "list", "--workspace", "42"];
    expect(await socialhub(words)).toEqual(await answerTo(words));
  });

  it.each([
    ["an unknown command", ["sevre"], /unknown command 'sevre'/],
    ["an unknown subcommand", ["key", "make"], /unknown command 'make'|Usage: socialhub key/],
    ["an unknown option", ["serve", "--prot", "4000"], /unknown option '--prot'/],
    ["an unknown global option", ["--verbose"], /unknown option '--verbose'/],
    ["a word too many", ["migrate", "now"], /too many arguments/],
    ["a missing option", ["key", "create", "--name", "n"], /--workspace/],
    ["a missing argument", ["workspace", "create"], /missing required argument 'name'/],
    ["an empty name", ["workspace", "create", " "], /1 to 200 characters/],
    ["a name with a line break", ["workspace", "create", "a\nb"], /control character/],
    ["a bad workspace", ["key", "list", "--workspace", "42"], /'42' is invalid.*UUID/],
    ["a bad key", ["key", "revoke", "42", "--workspace", nobody], /'42' is invalid.*UUID/],
    [
      "a bad role",
      ["key", "create", "--workspace", nobody, "--name", "n", "--role", "GOD"],
      /'GOD' is invalid.*OWNER/,
    ],
    [
      "a bad scope",
      ["key", "create", "--workspace", nobody, "--name", "n", "--scopes", "read,fly"],
      /'read,fly' is invalid.*read, write/,
    ],
    [
      "a limit of nothing",
      ["key", "create", "--workspace", nobody, "--name", "n", "--max-depth", "0"],
      /'0' is invalid.*whole number from 1 to 1000/,
    ],
    [
      "a limit that is no number",
      ["key", "create", "--workspace", nobody, "--name", "n", "--rate-points", "1e3"],
      /'1e3' is invalid.*whole number from 1 to 100000000/,
    ],
  ] as [string, string[], RegExp][])(
    "such as %s is answered with the usage",
    async (_, words, what) => {
      const { code, stdout, stderr } = await answerTo(words);
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).toMatch(what);
      expect(stderr).toContain("Usage: socialhub");
      expect(stderr).not.toMatch(/\n\s+at /);
    },
  );
});

describe("a command that cannot go on says why in a line", () => {
  const url = (change: (url: URL) => void) => {
    const changed = new URL(database.url);
    change(changed);
    return changed.href;
  };

  it("when a setting is wrong, in the environment or in .env", async () => {
    const other = await temporaryFolder();
    onTestFinished(other.remove);
    await writeFile(join(other.path, ".env"), "# mine\nDEMO=maybe\nPOOL_SIZE=5\n");
    const environment = { DATABASE_URL: database.url };
    const [wrong, written, overridden] = await Promise.all([
      socialhub(["migrate"], { POOL_SIZE: "4e3" }),
      run(["migrate"], environment, other.path),
      run(["migrate"], { ...environment, DEMO: "off" }, other.path),
    ]);
    expectOneLine(wrong, /POOL_SIZE is "4e3"; it must be a whole number from 1 to 1000/);
    expectOneLine(written, /DEMO is "maybe"; it must be one of on, off/);
    expect(overridden).toMatchObject({ code: 0, stdout: "Up to date.\n" });
  });

  it("when the database is away, or not there, and never repeats a password", async () => {
    const away = url((each) => {
      each.port = "1";
      each.password = "s3cret-word";
    });
    const [refused, nowhere, stranger] = await Promise.all([
      socialhub(["migrate"], { DATABASE_URL: away }),
      socialhub(["seed"], { DATABASE_URL: url((each) => (each.pathname = "/nowhere")) }),
      socialhub(["migrate"], { DATABASE_URL: url((each) => (each.username = "no_one")) }),
    ]);
    expectOneLine(refused, /database.*ECONNREFUSED/);
    expect(refused.stderr).not.toContain("s3cret-word");
    expectOneLine(nowhere, /database "nowhere" does not exist/);
    expectOneLine(stranger, /no_one/);
  });

  it("when there is no such workspace or key", async () => {
    const [created, revoked] = await Promise.all([
      socialhub(["key", "create", "--workspace", nobody, "--name", "n"]),
      socialhub(["key", "revoke", nobody, "--workspace", nobody]),
    ]);
    expectOneLine(created, /there is no workspace 00000000-/);
    expectOneLine(revoked, /has no key 00000000-/);
  });
});

describe("workspaces and keys", () => {
  it("are made, listed and revoked", async () => {
    const workspace = await printed("workspace", "create", "Bücher & Söhne");
    expect(workspace).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(await printed("key", "list", "--workspace", workspace)).toMatch(/^ID  ROLE .*$/);

    const [plain, full] = [
      await printed("key", "create", "--workspace", workspace, "--name", "reports"),
      await printed(
        "key",
        "create",
        "--workspace",
        workspace.toUpperCase(),
        "--name",
        " everything ",
        "--role",
        "OWNER",
        "--scopes",
        "read, insight",
      ),
    ];
    for (const key of [plain, full]) expect(key).toMatch(/^shk_[\w-]{22}_[\w-]{43}$/);

    const listed = await printed("key", "list", "--workspace", workspace);
    const [header, ...rows] = listed.split("\n");
    const lines = rows.map((row) => row.split(/ {2,}/));
    expect(header!.split(/ {2,}/)).toEqual([
      "ID",
      "ROLE",
      "SCOPES",
      "STATE",
      "NAME",
      "LIMITS OF ITS OWN",
    ]);
    expect(lines.map(([, ...rest]) => rest)).toEqual([
      ["OWNER", "read,insight", "valid", "everything"],
      ["VIEWER", "read", "valid", "reports"],
    ]);
    for (const [index, name] of ["ROLE", "SCOPES", "STATE", "NAME"].entries()) {
      const places = rows.map((row, at) => row.indexOf(` ${lines[at]![index + 1]!}`));
      expect(places, name).toEqual(rows.map(() => header!.indexOf(` ${name}`)));
    }
    for (const key of [plain, full]) expect(listed).not.toContain(key);

    expect(await viewerOf(plain)).toMatchObject({
      workspaceId: workspace,
      role: "VIEWER",
      scopes: ["read"],
      showsCost: false,
      trustedDocumentsOnly: false,
    });
    expect((await viewerOf(plain))?.limits).toEqual({});
    expect(await viewerOf(full)).toMatchObject({
      workspaceId: workspace,
      role: "OWNER",
      scopes: ["read", "insight"],
    });

    expect(await printed("key", "revoke", lines[0]![0]!, "--workspace", workspace)).toBe(
      "Revoked.",
    );
    expect(await printed("key", "list", "--workspace", workspace)).toMatch(
      /^ID .*\n\S+ +OWNER +read,insight +revoked \S.* +everything\n\S+ +VIEWER +read +valid +reports$/,
    );
    expect(await viewerOf(plain)).toMatchObject({ role: "VIEWER" });
    await expect(viewerOf(full)).rejects.toThrow(/key/);
    expect(await logged(workspace)).toEqual([
      ["API_KEY_CREATED", "SYSTEM", "reports"],
      ["API_KEY_CREATED", "SYSTEM", "everything"],
      ["API_KEY_REVOKED", "SYSTEM", "everything"],
    ]);
  });

  it("and members made here are told by the audit log", async () => {
    const workspace = await printed("workspace", "create", "Logged");
    const words = ["member", "create", "--workspace", workspace, "--email", "ada@example.com"];
    await printed(...words, "--name", "Ada", "--role", "OWNER");
    expect(await logged(workspace)).toEqual([["MEMBER_ADDED", "SYSTEM", "Ada"]]);
  });

  async function logged(workspace: string) {
    const superuser = connect(database.ownerUrl, { max: 1 });
    try {
      const rows = await superuser`
        select action, actor_kind, target_name from audit_log_entries
        where workspace_id = ${workspace} order by id`;
      return rows.map((row) => Object.values(row));
    } finally {
      await superuser.end({ timeout: 5 });
    }
  }

  it("have limits of their own, when they are told", async () => {
    const workspace = await printed("workspace", "create", "Limits");
    const create = ["key", "create", "--workspace", workspace, "--name", "robot"];
    const limits = "--max-depth 3 --max-complexity 100 --max-nodes 50 --rate-points 600".split(" ");
    const key = await printed(...create, ...limits, "--show-cost", "--trusted-only");
    expect(await viewerOf(key)).toMatchObject({
      limits: { depth: 3, complexity: 100, nodes: 50, ratePoints: 600 },
      showsCost: true,
      trustedDocumentsOnly: true,
    });
    expect(await printed("key", "list", "--workspace", workspace)).toMatch(
      / valid +robot +depth 3, complexity 100, nodes 50, 600 points a minute, shows cost, trusted documents only$/,
    );
  });

  /** Whom a server that has just started takes the holder of a key for. */
  async function viewerOf(key: string) {
    const times = { acquireTimeoutMs: 5000, idleTimeoutMs: 5000, statementTimeoutMs: 5000 };
    const pool = new Pool({ url: database.url, role: APP_ROLE, size: 1, ...times });
    const used = new LastUsed(pool, createLogger({ level: "silent", format: "json" }));
    try {
      return (await new Authenticator(pool, used).authenticate(`Bearer ${key}`)).viewer;
    } finally {
      await used.close();
      await pool.close();
    }
  }
});

describe("members", () => {
  const email = "ines@example.com";
  const create = (workspace: string, ...more: string[]) =>
    ["member", "create", "--workspace", workspace, "--email", email, ...more] as const;

  /** Whether the password opens an account that is a member in these workspaces, with these roles. */
  async function whoIs(password: string) {
    const client = connect(database.ownerUrl, { max: 1 });
    try {
      const [row] = await client<{ hash: string; id: string }[]>`
        select password as hash, user_id as id from identity.credentials
        join identity.users on users.id = user_id where email = ${email}`;
      const memberships = await client<{ role: string }[]>`
        select role from identity.find_memberships(${row!.id}::uuid)`;
      const { verifyPassword } = await import("better-auth/crypto");
      const opens = await verifyPassword({ hash: row!.hash, password });
      return { opens, roles: memberships.map(({ role }) => role) };
    } finally {
      await client.end({ timeout: 5 });
    }
  }

  it("are made with a password that is printed once, and are one person in all workspaces", async () => {
    const [one, two] = [
      await printed("workspace", "create", "One"),
      await printed("workspace", "create", "Two"),
    ] as [string, string];
    const password = await printed(...create(one, "--role", "OWNER", "--name", "Inès Moreau"));
    expect(password).toMatch(/^[\w-]{20}$/);
    expect(await whoIs(password)).toEqual({ opens: true, roles: ["OWNER"] });
    expect(await printed(...create(two))).toBe(`${email} has an account and keeps the password.`);
    expect(await whoIs(password)).toEqual({ opens: true, roles: ["OWNER", "VIEWER"] });
  });

  it("get a new password from the input", async () => {
    const workspace = await printed("workspace", "create", "Three");
    const words = [...create(workspace, "--role", "EDITOR", "--password-stdin")];
    const give = (line: string) =>
      start(words, { DATABASE_URL: database.url }, folder.path, `${line}\n`).ended;
    expectOneLine(await give("short"), /must be a password of 10 to 128 characters/);
    expect(await give("a password from a file")).toMatchObject({ code: 0, stdout: "Done.\n" });
    expect(await whoIs("a password from a file")).toMatchObject({ opens: true });
  });

  it("need a workspace and an e-mail address", async () => {
    expectOneLine(await socialhub([...create(nobody)]), /there is no workspace/);
    const workspace = await printed("workspace", "create", "Four");
    const words = ["member", "create", "--workspace", workspace, "--email", "ines"];
    expectOneLine(await socialhub(words), /--email must be an e-mail address/);
  });
});

describe("a command that succeeds", () => {
  it("says what it did and ends the process with 0", async () => {
    const workspace = await printed("workspace", "create", "Five");
    const [migrated, created, listed] = await Promise.all([
      run(["migrate"], { DATABASE_URL: database.url }, folder.path, builtMain),
      socialhub(["key", "create", "--workspace", workspace, "--name", "n"]),
      socialhub(["key", "list", "--workspace", workspace]),
    ]);
    expect(migrated).toEqual({ code: 0, stdout: "Up to date.\n", stderr: "" });
    expect(created).toEqual({ code: 0, stdout: expect.stringMatching(/^shk_.*\n$/), stderr: "" });
    expect(listed).toEqual({ code: 0, stdout: expect.stringMatching(/^ID .*\n/), stderr: "" });
  });
});
