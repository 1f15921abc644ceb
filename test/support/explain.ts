import { vi } from "vitest";
import { APP_ROLE, connect, type Client } from "../../src/db/client.ts";
import { ReadSession, type Asking } from "../../src/db/session.ts";
import { bind, type Statement, type Values } from "../../src/db/statement.ts";
import { WriteSession } from "../../src/db/write-session.ts";
import type { Json } from "./app.ts";
import type { TestDatabase } from "./database.ts";

/** A statement that a loader sent, with everything it was sent with. */
export interface Sent {
  workspaceId: string;
  statement: Statement<unknown>;
  values: Values;
  asking: Asking;
  /** Whether a mutation sent it. */
  isWrite: boolean;
}

/**
 * Listens to every request's session from now on; the answer holds what was sent, in order. With `writes`
 * also to the transactions of mutations.
 */
export function recordStatements({ writes = false } = {}): { sent: Sent[]; stop: () => void } {
  const sent: Sent[] = [];
  const read = Reflect.get(ReadSession.prototype, "run");
  const write = Reflect.get(WriteSession.prototype, "run");
  const reading = vi.spyOn(ReadSession.prototype, "run");
  const writing = vi.spyOn(WriteSession.prototype, "run");
  reading.mockImplementation(function (this: ReadSession, statement, values, asking) {
    sent.push({ workspaceId: this.workspaceId, statement, values, asking, isWrite: false });
    return read.call(this, statement, values, asking);
  });
  writing.mockImplementation(function (this: WriteSession, statement, values, loader) {
    const { workspaceId } = this;
    const asking = { loader, keys: 1 };
    if (writes) sent.push({ workspaceId, statement, values, asking, isWrite: true });
    return write.call(this, statement, values, loader);
  });
  return {
    sent,
    stop() {
      reading.mockRestore();
      writing.mockRestore();
    },
  };
}

/** PostgreSQL plans a prepared statement for its values five times, then maybe once for all values. */
export const plannings = ["generic", "custom"] as const;
export type Planning = (typeof plannings)[number];

/** A node of a plan, as EXPLAIN (FORMAT JSON) writes it. */
export interface PlanNode {
  "Node Type": string;
  "Relation Name"?: string;
  "Index Name"?: string;
  "Index Cond"?: string;
  Filter?: string;
  "Actual Rows": number;
  "Actual Loops": number;
  "Rows Removed by Filter"?: number;
  "Rows Removed by Index Recheck"?: number;
  "Rows Removed by Join Filter"?: number;
  "Shared Hit Blocks": number;
  "Shared Read Blocks": number;
  "Total Cost": number;
  "Sort Key"?: string[];
  "Function Name"?: string;
  Operation?: string;
  Plans?: PlanNode[];
}

/** What one run of a statement did. */
export class Plan {
  readonly root: PlanNode;
  readonly nodes: readonly PlanNode[];

  constructor(root: PlanNode) {
    this.root = root;
    this.nodes = flatten(root);
  }

  /** Pages of tables and indexes that were touched, cached or not. */
  get buffers(): number {
    return this.root["Shared Hit Blocks"] + this.root["Shared Read Blocks"];
  }

  /** Nodes that read a table or an index. */
  get scans(): readonly PlanNode[] {
    return this.nodes.filter((node) => node["Relation Name"] !== undefined);
  }

  /** The most rows that one node sorted. */
  get rowsSorted(): number {
    const sorts = this.ofType("Sort", "Incremental Sort");
    return Math.max(0, ...sorts.flatMap((sort) => (sort.Plans ?? []).map(rowsOf)));
  }

  /** Rows that were read from tables, those that did not fit included. */
  get rowsRead(): number {
    return this.rowsReadBy(this.scans);
  }

  rowsReadBy(scans: readonly PlanNode[]): number {
    return scans.reduce((sum, node) => sum + rowsOf(node), 0);
  }

  /** The index of a bitmap, which does not name it together with the table. */
  get bitmapIndex(): string | undefined {
    return this.ofType("Bitmap Index Scan")[0]?.["Index Name"];
  }

  /** How often an index was gone into from its root. */
  get descents(): number {
    return this.scans.reduce((sum, node) => sum + node["Actual Loops"], 0);
  }

  /** Its nodes without figures, a line each, those below another one further in. */
  get shape(): readonly string[] {
    return shapeOf(this.root, 0);
  }

  ofType(...types: string[]): readonly PlanNode[] {
    return this.nodes.filter((node) => types.includes(node["Node Type"]));
  }
}

/** Rows in and out of a scan, over all its loops. PostgreSQL writes the average of the loops. */
export const rowsOf = (node: PlanNode) =>
  Math.ceil(
    (node["Actual Rows"] +
      (node["Rows Removed by Filter"] ?? 0) +
      (node["Rows Removed by Index Recheck"] ?? 0)) *
      node["Actual Loops"],
  );

const flatten = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(flatten)];

/** Lines of the form `Index Scan posts_by_account on posts`. What computes and reads nothing is left out. */
function shapeOf(node: PlanNode, level: number): string[] {
  const type = node["Node Type"];
  const below = (next: number) => (node.Plans ?? []).flatMap((child) => shapeOf(child, next));
  if (type === "Result") return below(level);
  const words = [
    type === "ModifyTable" ? node.Operation : type,
    node["Index Name"] ?? node["Function Name"],
    node["Relation Name"] && `on ${node["Relation Name"]}`,
    node["Sort Key"] && `by ${node["Sort Key"].join(", ")}`,
    node.Filter && "with a filter",
  ];
  return [`${"  ".repeat(level)}${words.filter(Boolean).join(" ")}`, ...below(level + 1)];
}

/** Runs what the loaders sent once more, as the server's role in the same kind of transaction. */
export class Explainer {
  readonly #client: Client;
  readonly #names = new Map<string, string>();

  constructor(database: Pick<TestDatabase, "url">) {
    this.#client = connect(database.url, {
      role: APP_ROLE,
      max: 1,
      idleTimeoutMs: 600_000,
      plansOnce: true,
    });
  }

  /** What a statement that reads does, planned for all values and for its own. */
  async explain({ statement, values, workspaceId }: Sent): Promise<Record<Planning, Plan>> {
    let name = this.#names.get(statement.text);
    if (!name) {
      this.#names.set(statement.text, (name = `s${this.#names.size}`));
      await this.#client.unsafe(`prepare ${name} as ${statement.text}`).simple();
    }
    const call = `execute ${name}${argumentsOf(statement, { ...values, workspaceId })}`;
    const explain = `explain (analyze, buffers, timing off, format json) ${call}`;
    const [generic, custom] = await this.#plan(
      `begin isolation level repeatable read read only;
       set local app.workspace_id = '${workspaceId}';
       set local plan_cache_mode = force_generic_plan; ${explain};
       set local plan_cache_mode = force_custom_plan; ${explain};
       rollback`,
    );
    return { generic: generic!, custom: custom! };
  }

  /**
   * What a statement does by the plan of the server's connections, which is one for all values. One that
   * writes is planned and not run: what it wrote is there already.
   */
  async settle({ statement, values, workspaceId, isWrite }: Sent): Promise<Plan> {
    const call = `execute settled${argumentsOf(statement, { ...values, workspaceId })}`;
    const run = isWrite ? "format json" : "analyze, buffers, timing off, format json";
    const [plan] = await this.#plan(
      `begin isolation level repeatable read;
       set local app.workspace_id = '${workspaceId}';
       prepare settled as ${statement.text};
       explain (${run}) ${call};
       rollback; deallocate settled`,
    );
    return plan!;
  }

  /** Sends a message with EXPLAINs as JSON in it. */
  async #plan(text: string): Promise<Plan[]> {
    const results = (await this.#client.unsafe(text).simple()) as unknown as Json[][];
    const explained = results.flat().filter((row: Json) => Array.isArray(row["QUERY PLAN"]));
    return explained.map(({ "QUERY PLAN": [{ Plan: root }] }) => new Plan(root));
  }

  /** What a query of the test's own finds, as the server's role in a workspace. */
  async query(workspaceId: string, text: string): Promise<Json[]> {
    const results = (await this.#client
      .unsafe(`begin; set local app.workspace_id = '${workspaceId}'; ${text}; rollback`)
      .simple()) as unknown as Json[][];
    return results.flat();
  }

  close(): Promise<void> {
    return this.#client.end({ timeout: 5 });
  }
}

/** The values of an EXECUTE, in parentheses. */
function argumentsOf(statement: Statement<unknown>, values: Values): string {
  const given = bind(statement, values).map(literal);
  return given.length > 0 ? `(${given.join(", ")})` : "";
}

function literal(value: string | number | boolean | null): string {
  if (value === null) return "null";
  return typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : String(value);
}
