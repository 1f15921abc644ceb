import { isIP } from "node:net";
import { z } from "zod";

/** What a setting may be: its check, and the same in words. */

/** Decimal digits only: 1e3, 0x10 and " 12 " are more likely mistakes than meant. */
export const integer = (minimum: number, maximum: number) => ({
  check: z
    .string()
    .regex(/^(0|[1-9]\d*)$/)
    .transform(Number)
    .pipe(z.int().min(minimum).max(maximum)),
  may: `a whole number from ${minimum} to ${maximum}`,
});

export const optional = <Check extends z.ZodType>(setting: { check: Check; may: string }) => ({
  ...setting,
  check: setting.check.optional(),
});

export const oneOf = <const Words extends readonly [string, ...string[]]>(words: Words) => ({
  check: z.enum(words),
  may: `one of ${words.join(", ")}`,
});

export const postgresUrl = {
  check: z.string().refine(isPostgresUrl).optional(),
  may:
    "a URL such as postgres://user:password@host:5432/database, " +
    "with characters like @ : / # % of a password in their %-form",
};

export const redisUrl = {
  check: z
    .string()
    .refine((text) => /^rediss?:\/\/[^\s/?#]\S*$/.test(text) && URL.canParse(text))
    .optional(),
  may: "a URL such as redis://user:password@host:6379/0, or rediss:// for TLS",
};

export const networks = {
  check: z
    .string()
    .refine((text) => text.split(",").every(isNetwork))
    .transform((text) => text.split(",").map((network) => network.trim()))
    .optional(),
  may: "IP addresses or networks such as 10.0.0.0/8, with commas between them",
};

function isNetwork(text: string) {
  const [address = "", bits, ...more] = text.trim().split("/");
  const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  const isBits = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most);
  return most > 0 && more.length === 0 && isBits;
}

export const host = { check: z.string().regex(/^[\w.:%-]+$/), may: "a host name or an IP address" };

export const origins = {
  check: z
    .string()
    .transform((text) => text.split(",").map((origin) => origin.trim()))
    .refine((list) => list.every(isOrigin) || (list.length === 1 && list[0] === "*"))
    .optional(),
  may: "origins such as https://app.example.com, separated by commas and without a path, or *",
};

export const origin = {
  check: z.string().refine(isOrigin).optional(),
  may: "a URL such as https://social.example.com, without a path",
};

export const secret = {
  check: z.string().min(32).optional(),
  may: "at least 32 characters that nobody can guess, as from openssl rand -base64 32",
};

export const httpUrl = {
  check: z.string().refine(isHttpUrl).optional(),
  may: "a URL such as http://collector.example.com:4318",
};

/** W3C's form of baggage: `%2C` and the like stand for what would end a value. */
export const pairs = {
  check: z
    .string()
    .refine((text) => text.split(",").every(isPair))
    .transform((text) => Object.fromEntries(text.split(",").map(pairOf)))
    .optional(),
  may: "name=value, several with commas between them, and characters like , of a value in their %-form",
};

/** What must look like a share of all: 0.25. */
export const share = {
  check: z
    .string()
    .regex(/^(0(\.\d{1,9})?|1(\.0{1,9})?)$/)
    .transform(Number),
  may: "a number from 0 to 1",
};

export const word = {
  check: z.string().regex(/^[\w.:/-]{1,100}$/),
  may: "at most 100 letters, digits and characters like . - _ / :",
};

export const file = {
  check: z
    .string()
    .regex(/^\S(.*\S)?$/)
    .optional(),
  may: "the path of a file",
};

export const directory = { check: z.string().regex(/^\S(.*\S)?$/), may: "the path of a folder" };

function isPostgresUrl(text: string) {
  if (!/^postgres(ql)?:\/\/[^\s/?#]\S*$/.test(text) || !URL.canParse(text)) return false;
  try {
    // postgres.js does so, and throws at a % that stands for itself.
    decodeURIComponent(text.split("?", 1)[0] ?? "");
    return true;
  } catch {
    return false;
  }
}

function isOrigin(text: string) {
  return /^https?:\/\//.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

function isHttpUrl(text: string) {
  return /^https?:\/\/[^\s/?#]\S*$/.test(text) && URL.canParse(text);
}

function isPair(text: string) {
  try {
    const [name, value] = pairOf(text);
    return /^[\w.-]+$/.test(name) && /^[\x20-\x7E]+$/.test(value);
  } catch {
    return false;
  }
}

function pairOf(text: string): [name: string, value: string] {
  const [name = "", ...value] = text.split("=");
  return [name.trim(), decodeURIComponent(value.join("=").trim())];
}
