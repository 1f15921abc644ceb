import type { Client } from "../../db/client.ts";
import { inWorkspace } from "../../db/workspace-transaction.ts";
import { fromGlobalId } from "../../loaders/global-id.ts";
import { isUuid } from "../../db/uuid.ts";

/** A text column of a tenant table. */
interface TextColumn {
  table: string;
  column: string;
}

/** Shorter words are everybody's, and so are all the words of posts. */
const SHORTEST = 8;
const SAMPLE = 40;

/** Larger tables are not counted. */
const MOST_COUNTED = 1_000_000;

/**
 * What really belongs to whom, asked of the database as its owner, one workspace at a time and with the
 * workspace in every condition as well, so that it holds also where a policy does not.
 */
export class Truth {
  readonly #client: Client;
  readonly #tables: readonly string[];
  readonly #own: string;
  readonly #markers: ReadonlyMap<string, TextColumn>;

  private constructor(
    client: Client,
    tables: readonly string[],
    own: string,
    markers: ReadonlyMap<string, TextColumn>,
  ) {
    this.#client = client;
    this.#tables = tables;
    this.#own = own;
    this.#markers = markers;
  }

  /** Samples texts of the other workspace: none of them may be in an answer. */
  static async of(client: Client, own: string, foreign: string): Promise<Truth> {
    const columns = await client<(TextColumn & { type: string })[]>`
      select attrelid::regclass::text as table, quote_ident(attname) as column, format_type(atttypid, null) as type
      from pg_attribute join pg_class on pg_class.oid = attrelid
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
        and relname <> 'post_terms' and attnum > 0 and not attisdropped and attname !~ '(^|_)hash$'
        and (atttypid = 'text'::regtype or attname = 'id')`;
    const texts = columns.filter(({ type }) => type === "text");
    const markers = new Map<string, TextColumn>();
    await inWorkspace(client, foreign, async (transaction) => {
      for (const { table, column } of texts) {
        const rows = await transaction.unsafe<{ text: string }[]>(
          `select distinct text from (select ${column} as text from ${table}
             where workspace_id = '${foreign}' limit ${SAMPLE}) as sampled
           where length(text) >= ${SHORTEST} and text !~ '^[A-Z_]+$'`,
        );
        for (const { text } of rows) markers.set(text, { table, column });
      }
    });
    const tables = columns.filter(({ column }) => column === "id").map(({ table }) => table);
    return new Truth(client, tables, own, markers);
  }

  /** How many texts no answer may have. */
  get markers(): number {
    return this.#markers.size;
  }

  /** Those of the global ids that are not of rows of the own workspace. */
  async foreignIds(globalIds: Iterable<string>): Promise<Set<string>> {
    const rowIds = new Map([...globalIds].map((id) => [id, fromGlobalId(id).id]));
    const list = [...new Set(rowIds.values())].filter(isUuid);
    const own = new Set([this.#own]);
    if (list.length === 0) return new Set();
    await inWorkspace(this.#client, this.#own, async (transaction) => {
      for (const table of this.#tables) {
        const rows = await transaction.unsafe<{ id: string }[]>(
          `select id from ${table} where workspace_id = '${this.#own}'
             and id = any(string_to_array('${list.join()}', ',')::uuid[])`,
        );
        for (const { id } of rows) own.add(id);
      }
    });
    return new Set([...rowIds].filter(([, id]) => !own.has(id)).map(([globalId]) => globalId));
  }

  /** How many rows the own workspace has in the table of this object; undefined where that takes too long. */
  async count(globalId: string | undefined): Promise<number | undefined> {
    if (globalId === undefined) return undefined;
    const { id } = fromGlobalId(globalId);
    return inWorkspace(this.#client, this.#own, async (transaction) => {
      for (const table of this.#tables) {
        const inside = `from ${table} where workspace_id = '${this.#own}'`;
        const [row] = await transaction.unsafe(`select 1 ${inside} and id = $1`, [id]);
        if (!row) continue;
        const [counted] = await transaction.unsafe<{ count: number }[]>(
          `select count(*)::int as count from (select ${inside} limit ${MOST_COUNTED}) as counted`,
        );
        const count = counted?.count ?? 0;
        return count < MOST_COUNTED ? count : undefined;
      }
      return undefined;
    });
  }

  /** Those of the texts that the other workspace has and the own one has not. */
  async foreignTexts(texts: Iterable<string>): Promise<Set<string>> {
    const suspects = [...new Set(texts)].filter((text) => this.#markers.has(text));
    const found = new Set<string>();
    await inWorkspace(this.#client, this.#own, async (transaction) => {
      for (const text of suspects) {
        const { table, column } = this.#markers.get(text) ?? { table: "", column: "" };
        const [row] = await transaction.unsafe(
          `select 1 from ${table} where workspace_id = '${this.#own}' and ${column} = $1 limit 1`,
          [text],
        );
        if (!row) found.add(text);
      }
    });
    return found;
  }
}
