import { z } from "zod";
import { emailAddress } from "../auth/email-address.ts";
import { LEAST_PASSWORD_CHARACTERS, MOST_PASSWORD_CHARACTERS } from "../auth/password.ts";
import { refusal } from "../errors.ts";

interface Field<Check extends z.ZodType> {
  check: Check;
  /** What it may be, in words. */
  may: string;
}

const field = <Check extends z.ZodType>(check: Check, may: string): Field<Check> => ({
  check,
  may,
});

const email = field(emailAddress, "an e-mail address");

/** One that is there: whether it is right is found out elsewhere. */
const knownPassword = field(
  z.string().min(1).max(MOST_PASSWORD_CHARACTERS),
  `a text of at most ${MOST_PASSWORD_CHARACTERS} characters`,
);

const newPassword = field(
  z.string().min(LEAST_PASSWORD_CHARACTERS).max(MOST_PASSWORD_CHARACTERS),
  `a text of ${LEAST_PASSWORD_CHARACTERS} to ${MOST_PASSWORD_CHARACTERS} characters`,
);

const name = field(
  z
    .string()
    .trim()
    .regex(/^\P{Cc}{1,200}$/u),
  "a text of 1 to 200 characters",
);

const invitation = field(z.string().max(200), "the token of an invitation");

export const signInBody = { email, password: knownPassword };
export const signUpBody = { invitation, email, name, password: newPassword };
export const changePasswordBody = { currentPassword: knownPassword, newPassword };

type Fields = Record<string, Field<z.ZodType>>;
type Read<F extends Fields> = { [Name in keyof F]: z.output<F[Name]["check"]> };

/** The fields of a JSON body; others are ignored. Throws BAD_USER_INPUT, without repeating a value. */
export function readBody<F extends Fields>(fields: F, body: unknown): Read<F> {
  const given = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  const read: Record<string, unknown> = {};
  for (const [key, { check, may }] of Object.entries(fields)) {
    const { success, data } = check.safeParse(Object.hasOwn(given, key) ? given[key] : undefined);
    if (!success) throw refusal("BAD_USER_INPUT", `${key} must be ${may}`);
    read[key] = data;
  }
  return read as Read<F>;
}
