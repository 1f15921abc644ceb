import { z } from "zod";
import { accountHealths, networks } from "../../db/tables/account.ts";
import { commentStatuses } from "../../db/tables/comment.ts";
import { postStatuses } from "../../db/tables/post.ts";
import { importKinds, type ImportKind } from "./import-kinds.ts";

export { importKinds, type ImportKind };

/** What a field is in the staging table. */
export type StagedType = "text" | "bigint" | "timestamptz(3)";

const must = (what: string) => ({
  error: (issue: { input?: unknown }) =>
    issue.input === undefined ? "is missing" : `must be ${what}`,
});

const text = (maximum: number, minimum = 1) =>
  z
    .string(must("text"))
    .min(minimum, "must not be empty")
    .max(maximum, `must have at most ${maximum} characters`)
    .refine((value) => !value.includes("\0"), "must not contain the character U+0000")
    .refine(
      (value) => !/\p{Surrogate}/u.test(value),
      "must not contain half a character (a lone surrogate)",
    );

const oneOf = <const Words extends readonly [string, ...string[]]>(words: Words) =>
  z.enum(words, must(`one of ${words.join(", ")}`));

const counter = z
  .int(must(`a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`))
  .min(0, `must be a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`);

const url = text(2048).refine((value) => {
  const parsed = URL.canParse(value) ? new URL(value) : undefined;
  return parsed?.protocol === "https:" || parsed?.protocol === "http:";
}, "must be an http or https URL");

const EXAMPLE = "a time with its zone between 1970 and 2199, such as 2026-11-01T09:00:00Z";
const withZone = z.iso.datetime({ offset: true });
const moment = z.string(must(EXAMPLE)).transform((value, context) => {
  const time = withZone.safeParse(value).success ? Date.parse(value) : Number.NaN;
  if (time >= 0 && time < Date.UTC(2200, 0)) return new Date(time).toISOString();
  context.addIssue(`must be ${EXAMPLE}`);
  return z.NEVER;
});

const reference = text(200);

const account = z.strictObject({
  externalId: text(200),
  network: oneOf(networks),
  handle: text(200),
  displayName: text(200),
  avatarUrl: url.nullish(),
  followerCount: counter.nullish(),
  health: oneOf(accountHealths).nullish(),
  createdAt: moment.nullish(),
});

const contact = account.omit({ followerCount: true, health: true });

const post = z
  .strictObject({
    externalId: text(200),
    account: reference,
    status: oneOf(postStatuses),
    body: text(65_536, 0),
    link: url.nullish(),
    createdAt: moment.nullish(),
    scheduledAt: moment.nullish(),
    publishedAt: moment.nullish(),
  })
  .superRefine((line, context) => {
    const complain = (path: string, message: string) =>
      context.addIssue({ code: "custom", path: [path], message });
    if (line.status === "PUBLISHED" && !line.publishedAt) {
      complain("publishedAt", "is missing, and the status is PUBLISHED");
    }
    if (line.status !== "PUBLISHED" && line.publishedAt) {
      complain("publishedAt", `must be left out when the status is ${line.status}`);
    }
    if (line.status === "SCHEDULED" && !line.scheduledAt) {
      complain("scheduledAt", "is missing, and the status is SCHEDULED");
    }
  });

const metrics = z.strictObject({
  post: reference,
  impressions: counter.nullish(),
  reach: counter.nullish(),
  likes: counter.nullish(),
  comments: counter.nullish(),
  shares: counter.nullish(),
  clicks: counter.nullish(),
  saves: counter.nullish(),
  videoViews: counter.nullish(),
  capturedAt: moment,
});

const comment = z.strictObject({
  externalId: text(200),
  post: reference,
  parent: reference.nullish(),
  contact: reference,
  status: oneOf(commentStatuses).nullish(),
  body: text(65_536),
  createdAt: moment,
});

interface Kind {
  check: z.ZodType<Record<string, string | number | null | undefined>>;
  /** Field → its type in the staging table, where it has the field's name. The first one is the line's own name. */
  fields: Record<string, StagedType>;
}

const staged = (shape: Record<string, unknown>, types: Record<string, StagedType>) =>
  Object.fromEntries(
    Object.keys(shape).map((name): [string, StagedType] => [
      name,
      types[name] ?? (name.endsWith("At") ? "timestamptz(3)" : "text"),
    ]),
  );

const counters = Object.fromEntries(
  Object.keys(metrics.shape)
    .filter((name) => name !== "post" && name !== "capturedAt")
    .map((name): [string, StagedType] => [name, "bigint"]),
);

/** How a line of each kind is checked and staged. */
export const kinds: Record<ImportKind, Kind> = {
  account: { check: account, fields: staged(account.shape, { followerCount: "bigint" }) },
  contact: { check: contact, fields: staged(contact.shape, {}) },
  post: { check: post, fields: staged(post.shape, {}) },
  metrics: { check: metrics, fields: staged(metrics.shape, counters) },
  comment: { check: comment, fields: staged(comment.shape, {}) },
};

/** The field by which other lines refer to a line of this kind. */
export const nameField = (kind: ImportKind): string => (kind === "metrics" ? "post" : "externalId");

export function isImportKind(value: unknown): value is ImportKind {
  return importKinds.some((kind) => kind === value);
}
