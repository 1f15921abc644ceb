import { randomBytes } from "node:crypto";
import type { PgTable } from "drizzle-orm/pg-core";
import { getTableColumns, getTableName } from "drizzle-orm";
import { connect, type Client } from "../db/client.ts";
import { connectForLoad, copyChunks, copyInto, type CopyRow } from "../db/copy.ts";
import { migrate } from "../db/migrate.ts";
import { inWorkspace } from "../db/workspace-transaction.ts";
import { comments } from "../db/tables/comment.ts";
import { contacts } from "../db/tables/contact.ts";
import { media } from "../db/tables/media.ts";
import { postMetrics } from "../db/tables/post-metrics.ts";
import { posts } from "../db/tables/post.ts";
import { postTags } from "../db/tables/tag.ts";
import { audienceOf, castOf, contactColumns, type Cast } from "./demo/cast.ts";
import { commentColumns } from "./demo/conversation.ts";
import { layerBatches, mediaColumns, postColumns, postTagColumns, spanOf } from "./demo/layer.ts";
import { metricsColumns } from "./demo/numbers.ts";
import { loadCast, loadLayer } from "./demo/seed.ts";
import { demoWorkspaces, type DemoWorkspace } from "./demo/workspaces.ts";

const PREFIX = "socialhub_compare_";

/** The least that the bulk path may reach of plain COPY's speed. */
const TARGET = 0.5;

/** A comparison that cannot be made here, and what it would need. */
export class CompareError extends Error {}

export interface CompareOptions {
  ownerUrl: string;
  /** At least so many rows go each way. */
  rows: number;
  onProgress?: (progress: { done: number; total: number }) => void;
  /** Whose rows; the first demo workspace's when not given. */
  workspace?: DemoWorkspace;
  /** Ends the comparison early; what it has made is dropped all the same. */
  signal?: AbortSignal;
}

export interface Comparison {
  server: string;
  rows: number;
  bulkSeconds: number;
  copySeconds: number;
  /** The bulk path's rate over plain COPY's. */
  ratio: number;
  /** How plain COPY got past row-level security. */
  copiedAs: "superuser" | "bypass" | "unforced";
}

/**
 * Loads the same demo rows through the bulk path and through plain COPY, and times both.
 *
 * Each way has a scratch database of its own, of which one is a copy of the other: same tables, indexes,
 * constraints and foreign keys. They take turns, layer by layer, one transaction each, so that a machine's
 * good and bad moments meet both. The bulk path makes its rows while it is timed, and looks up most foreign
 * keys as a set where the login may; plain COPY gets finished text, and looks up each row's keys. Both databases are dropped in the end. Throws {@link CompareError} when it cannot be done.
 */
export async function compareWithCopy(options: CompareOptions): Promise<Comparison> {
  const admin = connect(options.ownerUrl, {
    max: 1,
    idleTimeoutMs: 3_600_000,
    name: "socialhub compare",
  });
  const suffix = randomBytes(4).toString("hex");
  const [bulk, copy] = [`${PREFIX}bulk_${suffix}`, `${PREFIX}copy_${suffix}`];
  try {
    const login = await lookAtLogin(admin);
    await dropLeftOver(admin);
    try {
      const workspace = options.workspace ?? demoWorkspaces[0];
      if (!workspace) throw new Error("there is no demo workspace");
      const cast = castOf(workspace);
      const [bulkUrl, copyUrl] = [urlOf(bulk, options), urlOf(copy, options)];
      await admin.unsafe(`create database ${bulk}`);
      await migrate(bulkUrl);
      await loadCastInto(bulkUrl, cast);
      await admin.unsafe(`create database ${copy} template ${bulk}`);
      if (login.copiesAs === "unforced") await switchRowSecurityOff(copyUrl);
      const times = await race(options, cast, bulkUrl, copyUrl, login.copiesAs);
      return {
        ...times,
        server: login.server,
        copiedAs: login.copiesAs,
        ratio: times.copySeconds / times.bulkSeconds,
      };
    } finally {
      for (const name of [bulk, copy])
        await admin.unsafe(`drop database if exists ${name} with (force)`);
    }
  } finally {
    await admin.end({ timeout: 5 });
  }
}

/** A comparison in a few lines. */
export function describeComparison(comparison: Comparison): string[] {
  const { rows, bulkSeconds, copySeconds, ratio, copiedAs, server } = comparison;
  const rate = (seconds: number) =>
    `${String(Math.round(rows / seconds)).padStart(8)} rows/s (${seconds.toFixed(1)} s)`;
  const past = {
    superuser: "as superuser, which row-level security does not hold for",
    bypass: "by a login that bypasses row-level security",
    unforced:
      "by the tables' owner with row-level security not forced: this login cannot bypass it",
  };
  return [
    `${rows} rows each way, PostgreSQL ${server}, same tables, indexes and foreign keys`,
    `bulk path   ${rate(bulkSeconds)}, making the rows included, under row-level security`,
    `plain COPY  ${rate(copySeconds)}, rows as finished text, ${past[copiedAs]}`,
    `ratio       ${ratio.toFixed(2).padStart(8)} (${ratio >= TARGET ? "reaches" : "misses"} the ${TARGET.toFixed(2)} that is wanted)`,
  ];
}

async function lookAtLogin(admin: Client) {
  const [login] = await admin<
    { superuser: boolean; bypass: boolean; creates: boolean; server: string }[]
  >`
    select rolsuper as superuser, rolbypassrls as bypass, rolsuper or rolcreatedb as creates,
      current_setting('server_version') as server
    from pg_roles where rolname = current_user`;
  if (!login?.creates) {
    throw new CompareError(
      "the comparison needs a login that may create databases (CREATEDB): it runs in scratch databases",
    );
  }
  const copiesAs: Comparison["copiedAs"] = login.superuser
    ? "superuser"
    : login.bypass
      ? "bypass"
      : "unforced";
  return { server: login.server.split(" ")[0] ?? "", copiesAs };
}

/** Drops what a comparison that was killed has left; one that is running keeps its own: it is connected. */
async function dropLeftOver(admin: Client) {
  const found = await admin<{ name: string }[]>`
    select datname as name from pg_database where datname like ${`${PREFIX.replaceAll("_", "\\_")}%`}`;
  for (const { name } of found) {
    await admin.unsafe(`drop database if exists ${name}`).catch(() => undefined);
  }
}

function urlOf(name: string, { ownerUrl }: CompareOptions) {
  const url = new URL(ownerUrl);
  url.pathname = `/${name}`;
  return url.href;
}

async function race(
  options: CompareOptions,
  cast: Cast,
  bulkUrl: string,
  copyUrl: string,
  copiesAs: Comparison["copiedAs"],
) {
  const bulk = connectForLoad(bulkUrl, "socialhub bulk path");
  const copy = connectForLoad(copyUrl, "socialhub plain copy");
  if (copiesAs !== "unforced") await copy.unsafe("set role none");
  const times = { rows: 0, bulkSeconds: 0, copySeconds: 0 };
  try {
    for (let layer = 0; times.rows < options.rows; layer += 1) {
      options.signal?.throwIfAborted();
      const { pieces, rows } = render(cast, layer);
      const ways = [
        async () => (times.copySeconds += await timed(() => copyLayer(copy, cast, pieces))),
        async () => (times.bulkSeconds += await timed(() => bulkLayer(bulk, cast, layer))),
      ];
      // Whoever comes second finds a warmer or a busier machine: they take turns at it.
      if (layer % 2 === 1) ways.reverse();
      for (const way of ways) await way();
      times.rows += rows;
      options.onProgress?.({ done: Math.min(times.rows, options.rows), total: options.rows });
    }
    await holdEqual(bulk, copy, cast);
  } finally {
    await bulk.end({ timeout: 5 });
    await copy.end({ timeout: 5 });
  }
  return times;
}

async function loadCastInto(url: string, cast: Cast) {
  const client = connectForLoad(url, "socialhub compare");
  try {
    await inWorkspace(client, cast.workspaceId, (transaction) => loadCast(transaction, cast));
  } finally {
    await client.end({ timeout: 5 });
  }
}

async function switchRowSecurityOff(url: string) {
  const client = connectForLoad(url, "socialhub compare");
  try {
    for (const { table } of order) {
      await client.unsafe(`alter table ${getTableName(table)} disable row level security`);
    }
  } finally {
    await client.end({ timeout: 5 });
  }
}

async function timed(work: () => Promise<unknown>) {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

function bulkLayer(client: Client, cast: Cast, layer: number) {
  const audience = audienceOf(cast, layer, spanOf(layer).from);
  return inWorkspace(client, cast.workspaceId, (transaction) =>
    loadLayer(transaction, cast, layer, audience, () => undefined),
  );
}

/** Tables in the order in which they are loaded, with the columns of the rows. */
const order: { table: PgTable; columns: string[] }[] = [
  { table: contacts, columns: contactColumns },
  { table: posts, columns: postColumns },
  { table: postMetrics, columns: metricsColumns },
  { table: media, columns: mediaColumns },
  { table: postTags, columns: postTagColumns },
  { table: comments, columns: commentColumns },
];

interface Piece {
  target: string;
  text: Buffer[];
}

/** A layer's rows as finished text, in the order and the pieces in which the bulk path loads them. */
function render(cast: Cast, layer: number): { pieces: Piece[]; rows: number } {
  const pieces: Piece[] = [];
  let count = 0;
  const add = (index: number, rows: CopyRow[]) => {
    const { table, columns } = order[index] ?? { table: contacts, columns: [] };
    const known: Record<string, { name: string }> = getTableColumns(table);
    const names = ["workspaceId", ...columns].map((name) => known[name]?.name);
    const whole = rows.map((row) => [cast.workspaceId, ...row]);
    const text = [...copyChunks(whole)].map((chunk) => Buffer.from(chunk));
    pieces.push({ target: `${getTableName(table)} (${names.join(", ")})`, text });
    count += rows.length;
  };
  const audience = audienceOf(cast, layer, spanOf(layer).from);
  add(0, audience.rows);
  for (const batch of layerBatches(cast, layer, audience)) {
    add(1, batch.posts);
    add(2, batch.metrics);
    add(3, batch.media);
    add(4, batch.postTags);
    add(5, batch.comments);
  }
  return { pieces, rows: count };
}

function copyLayer(client: Client, cast: Cast, pieces: Piece[]) {
  return inWorkspace(client, cast.workspaceId, async (transaction) => {
    for (const { target, text } of pieces) await copyInto(transaction, target, text);
  });
}

/** Two ways that did not load the same would be no comparison. */
async function holdEqual(bulk: Client, copy: Client, cast: Cast) {
  for (const { table } of order) {
    const name = getTableName(table);
    const [left, right] = await Promise.all(
      [bulk, copy].map((client) =>
        inWorkspace(client, cast.workspaceId, (transaction) =>
          transaction.unsafe<{ digest: string }[]>(
            `select count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)), 0) as digest
             from ${name} t where workspace_id = '${cast.workspaceId}'`,
          ),
        ),
      ),
    );
    if (left?.[0]?.digest !== right?.[0]?.digest)
      throw new Error(`${name} differs between the two ways`);
  }
}
