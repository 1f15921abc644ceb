import { Command, InvalidArgumentError, Option } from "commander";
import { MAXIMUM_SCALE } from "../data/demo/layer.ts";
import { importKinds } from "../data/import/import-kinds.ts";
import { apiKeyScopes, memberRoles, type ApiKeyScope } from "../db/tables/access-words.ts";
import { isUuid } from "../db/uuid.ts";
import type { AuditRlsOptions } from "./audit.ts";
import type { ImportOptions } from "./import.ts";
import type { KeyOptions } from "./key.ts";
import type { LensOptions } from "./lens.ts";
import type { MemberOptions } from "./member.ts";
import type { SeedOptions } from "./seed.ts";

const LONGEST_LABEL = 200;

/**
 * What can be typed after `socialhub`. A command's module is loaded when the command runs: help and
 * mistakes are answered at once, and no command waits for the packages of another.
 */
export function makeProgram(): Command {
  const program = new Command("socialhub")
    .description("SocialHub: a GraphQL API server for social-media management")
    .showHelpAfterError();

  program
    .command("serve")
    .description("start the server; without DATABASE_URL with an embedded PostgreSQL and demo data")
    .action(async () => (await import("./serve.ts")).serve());

  program
    .command("migrate")
    .description("bring the database up to date")
    .action(async () => (await import("./migrate.ts")).migrateDatabase());

  program
    .command("seed")
    .description("load the demo workspaces; what is there already is left alone")
    .option("--scale <n>", "how many layers of posts, each further in the past", scale, 1)
    .option(
      "--compare [rows]",
      "instead: load rows in a scratch database, through the bulk path and through plain COPY, and print both rates",
      rows,
    )
    .action(async (options: SeedOptions) => (await import("./seed.ts")).seed(options));

  program
    .command("import")
    .description("bring accounts, contacts, posts, metrics and comments into a workspace")
    .argument("<file...>", "NDJSON (.ndjson, .jsonl) or CSV (.csv, with a header row) files")
    .option("--workspace <id>", "the workspace they go into", uuid)
    .addOption(
      new Option("--type <type>", "what the lines are that do not say it").choices(importKinds),
    )
    .option(
      "--skip-bad",
      "import the good lines of a file that has bad ones; otherwise nothing of it",
    )
    .option("--dry-run", "check everything and change nothing")
    .action(async (files: string[], options: ImportOptions) =>
      (await import("./import.ts")).importFiles(files, options),
    );

  program
    .command("workspace")
    .description("workspaces, the tenants")
    .command("create")
    .description("make a workspace and print its id")
    .argument("<name>", "its name", label)
    .action(async (name: string) => (await import("./workspace.ts")).createWorkspace(name));

  program
    .command("member")
    .description("people who work in a workspace")
    .command("create")
    .description("make somebody a member who can sign in, and print the password, once")
    .requiredOption("--workspace <id>", "id of the workspace", uuid)
    .requiredOption("--email <address>", "what the person signs in with")
    .option("--name <name>", "name to show; the start of the address when not given", label)
    .addOption(new Option("--role <role>", "its role").choices(memberRoles).default("VIEWER"))
    .option("--password-stdin", "read the password from the input instead of making one")
    .action(async (options: MemberOptions) => (await import("./member.ts")).createMember(options));

  program
    .command("audit")
    .description("proofs")
    .command("rls")
    .description(
      "prove that no workspace reaches another: hold the catalog against rules, and attack",
    )
    .option("--json <file>", "write everything that was tried as JSON")
    .option("--html <file>", "write a page that can be shown to a customer")
    .option(
      "--workspace <id...>",
      "the workspaces to attack from and to; found when not given",
      uuids,
    )
    .option("--admin <login...>", "logins that may become the owner; * is anything")
    .action(async (options: AuditRlsOptions) => (await import("./audit.ts")).auditRls(options));

  program
    .command("lens")
    .description("follow a server: one line for each operation, with what it asked of the database")
    .argument(
      "[url]",
      "where the server is; the demo's, else HOST and PORT, when not given",
      serverUrl,
    )
    .addOption(
      new Option(
        "--key <key>",
        "an API key with the scope insight; the demo's when neither is given",
      ).env("SOCIALHUB_KEY"),
    )
    .option(
      "--slow <duration>",
      "only operations that took so long, such as 100ms or 1.5s",
      duration,
    )
    .option("--op <name>", "only operations of this name")
    .option("--json", "print each operation as JSON, in one line")
    .action(async (url: string | undefined, options: LensOptions) =>
      (await import("./lens.ts")).lens(url, options),
    );

  addKey(program.command("key").description("API keys of a workspace"));
  return program;
}

function addKey(key: Command) {
  key
    .command("create")
    .description("make a key and print it: the only time that it can be read")
    .requiredOption("--workspace <id>", "id of the workspace", uuid)
    .requiredOption("--name <name>", "what the key is for", label)
    .addOption(new Option("--role <role>", "its role").choices(memberRoles).default("VIEWER"))
    .option("--scopes <list>", `of ${apiKeyScopes.join(",")}`, scopes, ["read"])
    .option("--max-depth <n>", "its own limit of entity levels", limit(1000))
    .option("--max-complexity <n>", "its own limit of complexity points", limit(1_000_000))
    .option("--max-nodes <n>", "its own limit of nodes", limit(100_000_000))
    .option("--rate-points <n>", "its own rate budget: points a minute", limit(100_000_000))
    .option("--show-cost", "tell what it cost in every answer")
    .option("--trusted-only", "accept trusted documents and nothing else")
    .action(async (options: KeyOptions) => (await import("./key.ts")).createKey(options));

  key
    .command("list")
    .description("print the workspace's keys, without the keys themselves")
    .requiredOption("--workspace <id>", "id of the workspace", uuid)
    .action(async ({ workspace }: { workspace: string }) =>
      (await import("./key.ts")).listKeys(workspace),
    );

  key
    .command("revoke")
    .description("revoke a key; servers refuse it within five seconds")
    .argument("<id>", "id of the key, as `key list` prints it", uuid)
    .requiredOption("--workspace <id>", "id of the workspace", uuid)
    .action(async (id: string, { workspace }: { workspace: string }) =>
      (await import("./key.ts")).revokeKey(id, workspace),
    );
}

/** An id, in the one spelling that the database knows. */
function uuid(text: string): string {
  const id = text.toLowerCase();
  if (isUuid(id)) return id;
  throw new InvalidArgumentError("It must be a UUID.");
}

/** One more of several ids. */
const uuids = (text: string, before: readonly string[] = []) => [...before, uuid(text)];

function label(text: string): string {
  const name = text.trim();
  if (name !== "" && name.length <= LONGEST_LABEL && !/\p{Cc}/u.test(name)) return name;
  throw new InvalidArgumentError(
    `It must have 1 to ${LONGEST_LABEL} characters, none of them a control character.`,
  );
}

function scopes(text: string): ApiKeyScope[] {
  const list = text.split(",").map((scope) => scope.trim());
  const isScope = (scope: string): scope is ApiKeyScope =>
    (apiKeyScopes as readonly string[]).includes(scope);
  if (list.every(isScope)) return list;
  throw new InvalidArgumentError(`It must be some of ${apiKeyScopes.join(", ")}.`);
}

function serverUrl(text: string): string {
  const isUrl = /^https?:\/\//.test(text) && URL.canParse(text);
  if (isUrl) return new URL(text).origin;
  throw new InvalidArgumentError("It must be a URL such as http://localhost:4000.");
}

/** In milliseconds. */
function duration(text: string): number {
  const [, figure, unit] = /^(\d{1,9}(?:\.\d+)?) ?(ms|s)?$/.exec(text) ?? [];
  if (figure !== undefined) return Number(figure) * (unit === "s" ? 1_000 : 1);
  throw new InvalidArgumentError("It must be a duration such as 100ms or 1.5s.");
}

const limit = (maximum: number) => (text: string) => wholeNumber(text, 1, maximum);
const scale = (text: string) => wholeNumber(text, 1, MAXIMUM_SCALE);
const rows = (text: string) => wholeNumber(text, 1000, 20_000_000);

function wholeNumber(text: string, minimum: number, maximum: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= minimum && value <= maximum) return value;
  throw new InvalidArgumentError(`It must be a whole number from ${minimum} to ${maximum}.`);
}
