import { InvalidArgumentError, Option, type Command } from "commander";
import { createApiKey, listApiKeys, revokeApiKey } from "../auth/api-keys.ts";
import { readConfig } from "../config.ts";
import type { Client } from "../db/client.ts";
import { apiKeyScopes, type ApiKeyScope } from "../db/tables/api-key.ts";
import { memberRoles } from "../db/tables/member.ts";
import { label, uuid } from "./arguments.ts";
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
    .requiredOption("--workspace <id>", "id of the workspace", uuid)
    .requiredOption("--name <name>", "what the key is for", label)
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
    .requiredOption("--workspace <id>", "id of the workspace", uuid)
    .action(async ({ workspace }: { workspace: string }) => {
      const keys = await withOwner((client) => listApiKeys(client, workspace));
      for (const { id, name, role, scopes: list, revokedAt } of keys) {
        const state = revokedAt ? `revoked ${revokedAt}` : "valid";
        console.log([id, role, list.join(","), state, name].join("\t"));
      }
    });

  key
    .command("revoke")
    .description("revoke a key; servers refuse it within five seconds")
    .argument("<id>", "id of the key, as `key list` prints it", uuid)
    .requiredOption("--workspace <id>", "id of the workspace", uuid)
    .action(async (keyId: string, { workspace }: { workspace: string }) => {
      const revoked = await withOwner((client) => revokeApiKey(client, workspace, keyId));
      if (!revoked) throw new CommandError(`workspace ${workspace} has no key ${keyId}`);
      console.log("Revoked.");
    });
}

const withOwner = <Result>(work: (client: Client) => Promise<Result>) =>
  withMigratedDatabase(readConfig(), ({ ownerUrl }) => asOwner(ownerUrl, work));

function scopes(text: string): ApiKeyScope[] {
  const list = text.split(",").map((scope) => scope.trim());
  const isScope = (scope: string): scope is ApiKeyScope =>
    (apiKeyScopes as readonly string[]).includes(scope);
  if (list.every(isScope)) return list;
  throw new InvalidArgumentError(`It must be some of ${apiKeyScopes.join(", ")}.`);
}
