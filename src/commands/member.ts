import { randomBytes } from "node:crypto";
import { text } from "node:stream/consumers";
import { emailAddress } from "../auth/email-address.ts";
import { createMember as create } from "../auth/members.ts";
import {
  hashPassword,
  LEAST_PASSWORD_CHARACTERS,
  MOST_PASSWORD_CHARACTERS,
} from "../auth/password.ts";
import { readConfig } from "../config.ts";
import type { MemberRole } from "../db/tables/access-words.ts";
import { CommandError } from "./command-error.ts";
import { asOwner, withMigratedDatabase } from "./database.ts";

export interface MemberOptions {
  workspace: string;
  email: string;
  name?: string;
  role: MemberRole;
  passwordStdin?: true;
}

/** `socialhub member create`. */
export async function createMember(options: MemberOptions): Promise<void> {
  const { workspace, role } = options;
  const { data: email } = emailAddress.safeParse(options.email);
  if (email === undefined) throw new CommandError("--email must be an e-mail address");
  const given = options.passwordStdin ? await readPassword() : undefined;
  const password = given ?? randomBytes(15).toString("base64url");
  const wanted = {
    email,
    role,
    name: options.name ?? email.split("@", 1)[0] ?? email,
    passwordHash: await hashPassword(password),
    overwritesPassword: given !== undefined,
  };
  const outcome = await withMigratedDatabase(readConfig(), ({ ownerUrl }) =>
    asOwner(ownerUrl, (client) => create(client, workspace, wanted)),
  );
  if (outcome === "unknown") throw new CommandError(`there is no workspace ${workspace}`);
  if (outcome === "last owner") {
    throw new CommandError(
      `${email} is the last owner of workspace ${workspace}; make somebody else one first`,
    );
  }
  if (outcome === "attached") console.log(`${email} has an account and keeps the password.`);
  else console.log(given === undefined ? password : "Done.");
}

async function readPassword(): Promise<string> {
  const [line = ""] = (await text(process.stdin)).split(/\r?\n/, 1);
  if (line.length >= LEAST_PASSWORD_CHARACTERS && line.length <= MOST_PASSWORD_CHARACTERS)
    return line;
  throw new CommandError(
    `the first line of the input must be a password of ${LEAST_PASSWORD_CHARACTERS} to ` +
      `${MOST_PASSWORD_CHARACTERS} characters`,
  );
}
