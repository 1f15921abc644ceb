import { InvalidArgumentError, Option, type Command } from "commander";
import { createApiKey, listApiKeys, revokeApiKey } from "../auth/api-keys.ts";
import { readConfig } from "../config.ts";
import type { Client } from "../db/client.ts";
import { apiKeyScopes, type ApiKeyScope } from "../db/tables/api-key.ts";
import { memberRoles } from "../db/tables/member.ts";
import { CommandError } from "./command-error.ts";
import { asOwner, withMigratedDatabase } from "./database.ts";

interface CreateOptions {
  workspace: string;
  name: string;
  role: (typeof memberRoles)[number];
  scopes: ApiKeyScope[];
}

/** Registers `socialhub key create | list | revoke`. */
export function registerKey(program: Command): void {
  const key = program.command("key").description("API keys of a workspace");

  key
    .command("create")
    .description("make a key and print it: the only time that it can be read")
    .requiredOption("--workspace <id>", "id of the workspace", workspaceId)
    .requiredOption("--name <name>", "what the key is for")
    .addOption(new Option("--role <role>", "its role").choices(memberRoles).default("VIEWER"))
    .option("--scopes <list>", `of ${apiKeyScopes.join(",")}`, scopes, ["read"])
    .action(async (options: CreateOptions) => {
      const created = await withOwner((client) => createApiKey(client, options.workspace, options));
      if (!created) throw new CommandError(`there is no workspace ${options.workspace}`);
      console.log(created);
    });

  key
    .command("list")
    .description("print the workspace's keys, without the keys themselves")
    .requiredOption("--workspace <id>", "id of the workspace", workspaceId)
    .action(async ({ workspace }: { workspace: string }) => {
      const keys = await withOwner((client) => listApiKeys(client, workspace));
      for (const { id, name, role, scopes: list, revokedAt } of keys) {
        const state = revokedAt ? `revoked ${revokedAt}` : "valid";
        console.log([id, role, list.join(","), state, name].join("\t"));
      }
    });

  key
    .command("revoke <id>")
    .description("revoke a key; servers refuse it within five seconds")
    .requiredOption("--workspace <id>", "id of the workspace", workspaceId)
    .action(async (id: string, { workspace }: { workspace: string }) => {
      const keyId = workspaceId(id);
      const revoked = await withOwner((client) => revokeApiKey(client, workspace, keyId));
      if (!revoked) throw new CommandError(`the workspace has no key ${id}`);
      console.log("Revoked.");
    });
}

const withOwner = <Result>(work: (client: Client) => Promise<Result>) =>
  withMigratedDatabase(readConfig(), ({ ownerUrl }) => asOwner(ownerUrl, work));

function workspaceId(text: string): string {
  const id = text.toLowerCase();
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) return id;
  throw new InvalidArgumentError("It must be a UUID.");
}

function scopes(text: string): ApiKeyScope[] {
  const list = text.split(",").map((scope) => scope.trim());
  const isScope = (scope: string): scope is ApiKeyScope =>
    (apiKeyScopes as readonly string[]).includes(scope);
  if (list.every(isScope)) return list;
  throw new InvalidArgumentError(`It must be some of ${apiKeyScopes.join(", ")}.`);
}
