import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { is } from "drizzle-orm";
import { getTableConfig, PgTable, type PgColumn } from "drizzle-orm/pg-core";
import { connect, OWNER_ROLE, type Client } from "../../src/db/client.ts";
import { namedColumns } from "../../src/db/statement.ts";
import { inWorkspace, type WorkspaceTransaction } from "../../src/db/workspace-transaction.ts";
import type { TestDatabase } from "./database.ts";

/** A row under the names of its row type. */
export type Row = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;

/** A foreign key without the workspace: from which property to which of the other table. */
export interface Reference {
  to: TestTable;
  pairs: { own: string; foreign: string; nullable: boolean }[];
}

/** A table as the fixtures and the oracles see it. */
export interface TestTable {
  name: string;
  columns: ReadonlyMap<string, PgColumn>;
  references: Reference[];
  /** Properties of the primary key and of the unique constraints, without the workspace. */
  keys: string[][];
}

/** The client of all worlds, and what it does last. */
interface Queue {
  client: Client;
  last: Promise<unknown>;
}

/** What a world is made with: `workspaceId` of one that there is. */
interface NewWorld {
  seed: string;
  hub: number;
  workspaceId?: string;
  stays?: boolean;
}

/** Rows of one workspace. */
export class World {
  readonly workspaceId: string;
  readonly tables: readonly TestTable[];
  readonly #queue: Queue;
  readonly #rows = new Map<string, Row[]>();
  readonly #hub: number;
  readonly #made = new Map<string, number>();
  readonly #seed: string;
  readonly #tied: boolean;
  /** What was asked of a world that stays as it is. */
  readonly #answers: Map<string, Promise<object[]>> | undefined;

  /** A new workspace full of ties, or one that there is, with values as different as in life. */
  constructor(
    queue: Queue,
    tables: readonly TestTable[],
    { seed, hub, workspaceId, stays = false }: NewWorld,
  ) {
    this.#queue = queue;
    this.tables = tables;
    this.#seed = seed;
    this.#hub = hub;
    this.#tied = workspaceId === undefined;
    this.#answers = stays ? new Map() : undefined;
    this.workspaceId = workspaceId ?? this.#uuid("workspace");
  }

  /** The rows that there were when the world was made, the hub first. */
  rows(table: string): readonly Row[] {
    const rows = this.#rows.get(table);
    if (!rows) throw new Error(`the fixtures have no table ${table}`);
    return rows;
  }

  /** What an SQL query finds, seen by the owner within the workspace: the oracle of a test. */
  query<Found extends object>(text: string, values: readonly string[] = []): Promise<Found[]> {
    const key = [text, ...values].join("\n");
    const known = this.#answers?.get(key);
    if (known) return known as Promise<Found[]>;
    const asked = this.#transact(async (transaction) => [
      ...(await transaction.unsafe<Found[]>(text, [...values])),
    ]);
    this.#answers?.set(key, asked);
    return asked;
  }

  /** One after the other: the client is one connection. */
  #transact<Result>(work: (transaction: WorkspaceTransaction) => Promise<Result>): Promise<Result> {
    const run = () => inWorkspace(this.#queue.client, this.workspaceId, work);
    const result = this.#queue.last.then(run, run);
    this.#queue.last = result;
    return result;
  }

  /**
   * Rows of a table go and others come, in one transaction. The new ones hang on the first row of
   * each table that they refer to; where a table links the table to another, they are linked as well.
   */
  change(table: TestTable, { remove, add }: { remove: string[]; add: number }): Promise<void> {
    if (this.#answers) throw new Error("this world was to stay as it is");
    const rows = this.#next(table, add).map((index) => this.#row(table, index, 0));
    return this.#transact(async (transaction) => {
      await transaction`
        delete from ${transaction(table.name)}
        where workspace_id = ${this.workspaceId} and id = any(${remove}::uuid[])`;
      const added = await this.#insert(transaction, table, rows);
      for (const link of this.tables.filter(isLink)) {
        const side = link.references.findIndex(({ to }) => to === table);
        if (side < 0) continue;
        const others = (to: TestTable) => (to === table ? added : this.rows(to.name));
        const links = added.map((_, at) =>
          this.#linkRow(link, others, side === 0 ? at : 0, side === 0 ? 0 : at),
        );
        await this.#insert(transaction, link, links);
      }
    });
  }

  /** Whether other rows hang on this one. */
  isHub(table: TestTable, id: string): boolean {
    const place = this.rows(table.name).findIndex((row) => row["id"] === id);
    return place === 0 || (place >= this.#hub && place < this.#hub + GROUPS);
  }

  async fill(spread: number): Promise<void> {
    for (const table of this.tables) {
      const rows = this.#rowsFor(table, this.#hub + spread);
      this.#rows.set(
        table.name,
        await this.#transact((transaction) => this.#insert(transaction, table, rows)),
      );
    }
  }

  /** Fills the tables in which the workspace has no row; they hang on what the others have. */
  fillEmpty(spread: number): Promise<void> {
    const total = this.#hub + spread;
    return this.#transact(async (transaction) => {
      const filled = await transaction.unsafe<{ name: string }[]>(
        this.tables
          .map(({ name }) => `select '${name}' as name where exists (select from ${name})`)
          .join(" union all "),
      );
      const names = new Set(filled.map(({ name }) => name));
      const empty = this.tables.filter(({ name }) => !names.has(name));
      const parents = new Set(empty.flatMap(({ references }) => references.map(({ to }) => to)));
      for (const parent of parents) {
        if (empty.includes(parent)) continue;
        const key = (parent.keys[0] ?? []).map((property) => parent.columns.get(property)?.name);
        const text = `select * from ${parent.name} order by ${key.join()} limit ${total}`;
        this.#rows.set(parent.name, asRows(parent, await transaction.unsafe(text)));
      }
      for (const table of empty) {
        const rows = this.#rowsFor(table, total);
        this.#rows.set(table.name, await this.#insert(transaction, table, rows));
      }
    });
  }

  /** As many rows of a table, or as its parents allow. */
  #rowsFor(table: TestTable, total: number): Row[] {
    const others = (to: TestTable) => this.rows(to.name);
    if (isLink(table)) {
      const size = this.#tied ? total : Math.ceil(2 * Math.sqrt(total));
      const indexes = Array.from({ length: size }, (_, index) => index);
      const pairs = this.#tied ? this.#links(indexes) : allPairs(indexes);
      const links = pairs.map((link) => this.#linkRow(table, others, ...link));
      // Where a side has fewer rows, some are the same.
      return [...new Map(links.map((row) => [JSON.stringify(row), row])).values()];
    }
    const single = table.references.filter((reference) => isOneEach(table, reference));
    const most = Math.min(...single.map(({ to }) => others(to).length));
    const count = isTenant(table) ? 1 : Math.min(total, most);
    return this.#next(table, count).map((index) => this.#row(table, index, this.#parentOf(index)));
  }

  #next(table: TestTable, count: number): number[] {
    const start = this.#made.get(table.name) ?? 0;
    this.#made.set(table.name, start + count);
    return Array.from({ length: count }, (_, index) => start + index);
  }

  /** The first rows hang on the first row of the other table, the rest on a few others. */
  #parentOf(index: number): number {
    return index < this.#hub ? 0 : this.#hub + ((index - this.#hub) % GROUPS);
  }

  #row(table: TestTable, index: number, parent: number): Row {
    const row: Record<string, Row[string]> = {};
    for (const reference of table.references) {
      const { to, pairs } = reference;
      const nullable = pairs.every((pair) => pair.nullable);
      const at = isOneEach(table, reference) ? index : parent;
      for (const { own: property, foreign } of pairs) {
        if (to === table) {
          row[property] = index === parent ? null : this.#idOf(table, parent);
        } else if (nullable && parent > 0 && index % 3 === 2) {
          row[property] = null;
        } else {
          const found = inTurn(this.rows(to.name), at)?.[foreign];
          if (found === undefined) throw new Error(`${table.name} needs a row ${at} of ${to.name}`);
          row[property] = found;
        }
      }
    }
    for (const [property, column] of table.columns) {
      if (property in row || column.generated || property === "workspaceId") continue;
      row[property] = this.#valueOf(table, property, column, index);
    }
    // What a check constraint of two columns demands.
    if (table.name === "posts") {
      const { publishedAt, createdAt } = row;
      row["publishedAt"] =
        row["status"] === "PUBLISHED" ? (publishedAt ?? createdAt ?? null) : null;
    }
    return row;
  }

  /** Every row of either side with the other's first, and with a second one. */
  #links(indexes: number[]): [from: number, to: number][] {
    const links = indexes.flatMap((index): [number, number][] => [
      [index, 0],
      [index, this.#hub + (index % GROUPS)],
      [0, index],
    ]);
    return [...new Map(links.map((link) => [link.join(), link])).values()];
  }

  #linkRow(
    table: TestTable,
    others: (to: TestTable) => readonly Row[],
    ...places: [from: number, to: number]
  ): Row {
    const row: Record<string, Row[string]> = {};
    table.references.forEach(({ to, pairs }, side) => {
      for (const { own, foreign } of pairs) {
        const value = inTurn(others(to), places[side] ?? 0)?.[foreign];
        if (value === undefined) throw new Error(`no row ${places[side]} of ${to.name} to link`);
        row[own] = value;
      }
    });
    return row;
  }

  /** Where ties are wanted few different values, so that most are tied; moments lie within one millisecond. */
  #valueOf(table: TestTable, property: string, column: PgColumn, index: number): Row[string] {
    // Of a key of several columns the last one differs in every row.
    const unique = table.keys.some((key) => key.at(-1) === property);
    const lot = this.#lot(`${table.name}/${index}/${property}`);
    if (property === "id") return this.#idOf(table, index);
    // Who was removed is in no page: test/mutations.test.ts.
    if (property === "removedAt") return null;
    if (!column.notNull && lot % 3 === 0) return null;
    if (column.enumValues && !column.getSQLType().endsWith("[]")) {
      return column.enumValues[lot % column.enumValues.length] ?? null;
    }
    switch (column.getSQLType()) {
      case "text":
        return unique || !this.#tied
          ? `${property} ${lot} ${index}`
          : (TEXTS[lot % TEXTS.length] ?? null);
      case "text[]":
        return [];
      case "jsonb":
        // An object: the driver writes it as JSON.
        return { role: `${property} ${lot}` } as unknown as string;
      case "uuid":
        // The people are outside of the workspace, and the fixtures do not have them.
        if (property === "userId") return null;
        return this.#uuid(`${table.name}/${index}/${property}`);
      case "bigint":
        return this.#tied ? (COUNTS[lot % COUNTS.length] ?? 0) : lot;
      case "integer":
        return this.#tied ? 1 + (lot % 3) : index + 1;
      case "boolean":
        return lot % 2 === 0;
      case "timestamp(3) with time zone":
        if (!this.#tied) return new Date(Date.UTC(2026, 2) + index * MINUTE).toISOString();
        return `2026-03-01 09:30:00.123${String(lot % 1000).padStart(3, "0")}+00`;
      default:
        throw new Error(
          `test/support/fixtures.ts cannot make a ${column.getSQLType()} for ${table.name}.${property}`,
        );
    }
  }

  async #insert(
    transaction: WorkspaceTransaction,
    table: TestTable,
    rows: readonly Row[],
  ): Promise<Row[]> {
    const nameOf = (property: string) => table.columns.get(property)?.name ?? property;
    const named = rows.map((row) => ({
      workspace_id: this.workspaceId,
      ...Object.fromEntries(
        Object.entries(row).map(([property, value]) => [nameOf(property), value]),
      ),
    }));
    const found: Row[] = [];
    while (named.length > 0) {
      // A statement has at most 65,534 parameters.
      const some = named.splice(0, 1000);
      const inserted = await transaction`
        insert into ${transaction(table.name)} ${transaction(some as never)} returning *`;
      found.push(...asRows(table, inserted));
    }
    return found;
  }

  #lot(text: string): number {
    return createHash("sha256").update(`${this.#seed}/${text}`).digest().readUInt32BE();
  }

  /** In life ids grow with time. */
  #idOf(table: TestTable, index: number): string {
    const id = this.#uuid(`${table.name}/${index}`);
    if (this.#tied) return id;
    const time = (Date.UTC(2026, 2) + index * MINUTE).toString(16).padStart(12, "0");
    return `${time.slice(0, 8)}-${time.slice(8)}${id.slice(13)}`;
  }

  /** Always the same, and in no order: ties must be broken by id, not by age. */
  #uuid(text: string): string {
    const hex = createHash("sha256").update(`${this.#seed}/${text}`).digest("hex");
    return hex.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }
}

/** Rows as the database has them, under the names of the row type. */
const asRows = (table: TestTable, found: readonly Record<string, Row[string]>[]): Row[] =>
  found.map((row) =>
    Object.fromEntries(
      [...table.columns].map(([property, column]) => [property, row[column.name] ?? null]),
    ),
  );

/** So that every row of either side has as many links: a planner that takes the average is right. */
const allPairs = (indexes: number[]) =>
  indexes.flatMap((from) => indexes.map((to): [from: number, to: number] => [from, to]));

/** Where there are fewer, the same ones again. */
const inTurn = (rows: readonly Row[], at: number) => rows[at % rows.length];

/** On how many rows besides the hub the others hang. */
const GROUPS = 6;

const MINUTE = 60_000;

/** Words that sort, escape and encode in different ways. */
const TEXTS = ["Zoë", "zoe", 'Ångström "\\', "漢字 🎈", "a\tb", "Z'o e"];
const COUNTS = [0, 7, 7, 2 ** 31 + 5, Number.MAX_SAFE_INTEGER];

const isTenant = (table: TestTable) => table.keys[0]?.length === 0;

/** Each row of the other table has one at most. */
const isOneEach = (table: TestTable, { pairs }: Reference) =>
  table.keys.some((key) => key.join() === pairs.map(({ own }) => own).join());

/** Its key is made of two references: it links the rows of one table to those of another. */
export const isLink = (table: TestTable): boolean =>
  table.references.length === 2 &&
  (table.keys[0] ?? []).length === 2 &&
  (table.keys[0] ?? []).every((property) =>
    table.references.some(({ pairs }) => pairs.some(({ own }) => own === property)),
  );

export interface WorldOptions {
  /** Different worlds have different seeds. */
  seed: string;
  /** How many rows of each table hang on the first row of each table that they refer to. */
  hub: number;
  /** How many more hang on a few other rows. */
  spread?: number;
  /** Nothing changes in it: what {@link World.query} was asked once holds. */
  stays?: boolean;
}

/** Fills an empty database: one workspace for each of the options, every table by its columns. */
export async function createWorlds<const Options extends readonly WorldOptions[]>(
  database: TestDatabase,
  options: Options,
): Promise<{ worlds: { [Index in keyof Options]: World }; close(): Promise<void> }> {
  const client = connect(database.ownerUrl, { role: OWNER_ROLE, max: 1 });
  const queue = { client, last: Promise.resolve() };
  const tables = await readTables();
  const worlds: World[] = [];
  for (const { spread = 0, ...each } of options) {
    const world = new World(queue, tables, each);
    await world.fill(spread);
    worlds.push(world);
  }
  await client.unsafe("analyze");
  return {
    worlds: worlds as { [Index in keyof Options]: World },
    close: () => client.end({ timeout: 5 }),
  };
}

/**
 * Gives workspaces rows in every table in which they have none, so that what tests say about every
 * table holds for a new one as well, before anybody has thought of data for it. The answer has these rows.
 */
export async function fillEmptyTables(
  database: TestDatabase,
  workspaceIds: readonly string[],
  rows = 30,
): Promise<World[]> {
  const client = connect(database.ownerUrl, { role: OWNER_ROLE, max: 1 });
  try {
    const queue = { client, last: Promise.resolve() };
    const tables = await readTables();
    const hub = Math.ceil(rows / 2);
    const worlds: World[] = [];
    for (const workspaceId of workspaceIds) {
      const world = new World(queue, tables, { seed: workspaceId, hub, workspaceId });
      await world.fillEmpty(rows - hub);
      worlds.push(world);
    }
    return worlds;
  } finally {
    await client.end({ timeout: 5 });
  }
}

/** Every table of src/db/tables, each behind those that it refers to. */
async function readTables(): Promise<TestTable[]> {
  const folder = new URL("../../src/db/tables/", import.meta.url);
  const found = new Map<string, PgTable>();
  for (const file of await readdir(folder)) {
    const module = (await import(new URL(file, folder).href)) as Record<string, unknown>;
    for (const value of Object.values(module)) {
      if (is(value, PgTable)) found.set(getTableConfig(value).name, value);
    }
  }
  const described = new Map<string, TestTable>();
  for (const table of found.values()) describe(table, described);
  return [...described.values()];
}

/** Adds a table, and before it those that it refers to. */
function describe(table: PgTable, described: Map<string, TestTable>): TestTable {
  const { name, foreignKeys, primaryKeys, uniqueConstraints } = getTableConfig(table);
  const known = described.get(name);
  if (known) return known;

  const columns = new Map(namedColumns(table));
  const propertyIn = (of: PgTable, column: PgColumn) =>
    namedColumns(of).find(([, candidate]) => candidate.name === column.name)?.[0] ?? column.name;
  const keyOf = (key: { columns: PgColumn[] }) =>
    key.columns
      .map((column) => propertyIn(table, column))
      .filter((property) => property !== "workspaceId");
  const entry: TestTable = {
    name,
    columns,
    references: [],
    keys: [...primaryKeys.map(keyOf), ...uniqueConstraints.map(keyOf)],
  };
  for (const key of foreignKeys) {
    const { columns: own, foreignColumns, foreignTable } = key.reference();
    const to = foreignTable === table ? entry : describe(foreignTable, described);
    const pairs = own.map((column, at) => ({
      own: propertyIn(table, column),
      foreign: propertyIn(foreignTable, foreignColumns[at] ?? column),
      nullable: !column.notNull,
    }));
    const beyondWorkspace = pairs.filter((pair) => pair.own !== "workspaceId");
    if (beyondWorkspace.length > 0) entry.references.push({ to, pairs: beyondWorkspace });
  }
  described.set(name, entry);
  return entry;
}
