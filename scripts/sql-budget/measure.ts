import { documentHash } from "../../src/lens/document.ts";
import { createTestApp, type Answer, type TestApp } from "../../test/support/app.ts";
import type { TestDatabase } from "../../test/support/database.ts";
import { Explainer, recordStatements, type Sent } from "../../test/support/explain.ts";
import { sessionOf } from "../../test/support/people.ts";
import { PERSON, WORKSPACE } from "./data.ts";
import { operationsFor, type Operation } from "./sources.ts";

/** What one loader asks in an operation with equal arguments, on N rows and on 4N. */
export interface Asked {
  loader: string;
  /** How many statements. */
  times: [number, number];
  /** Keys of the first of them, on 4N. */
  keys: number;
  /** Pages of tables and indexes that it touched; null for what writes. */
  buffers: [number, number] | null;
  /** On 4N, a node a line: what it reads, and whether it sorts or filters. */
  plan: readonly string[];
}

/** What each operation asks, by its name. */
export type Figures = Record<string, Asked[]>;

/** What was measured, and on what. */
export interface Measured {
  figures: Figures;
  /** What tells each operation's document from others: by it the server knows what was agreed to. */
  documents: Record<string, string>;
  /** PostgreSQL's major version. */
  postgresql: string;
  /** Names of the indexes of the larger database. */
  indexes: ReadonlySet<string>;
}

/** Sends an operation to a server. */
export type Ask = (operation: Operation, app: TestApp) => Promise<Pick<Answer, "errors">>;

const askServer: Ask = async ({ document, variables, isOfPerson = false }, app) => {
  if (!isOfPerson) return app.ask(document, { variables });
  const cookie = await sessionOf(app, PERSON);
  return app.ask(document, { variables, key: null, headers: { cookie } });
};

/**
 * Sends every operation on both databases, or those that are wanted, and explains what it sent.
 * The same database twice is asked once. Throws when an operation fails that is not there to fail: it
 * would look cheap.
 */
export async function measure(
  [small, large]: readonly [TestDatabase, TestDatabase],
  { wanted = () => true, ask = askServer }: { wanted?: (name: string) => boolean; ask?: Ask } = {},
): Promise<Measured> {
  const onN = await measureOn(small, wanted, ask);
  const on4N = small === large ? onN : await measureOn(large, wanted, ask);
  const figures: Figures = {};
  for (const [name, batches] of on4N.batches) {
    figures[name] = join(onN.batches.get(name) ?? [], batches);
  }
  const { documents, postgresql, indexes } = on4N;
  return { figures, documents, postgresql, indexes };
}

/** The statements of one loader with equal arguments, on one size. */
interface Batch {
  loader: string;
  times: number;
  keys: number;
  buffers: number | null;
  plan: readonly string[];
}

async function measureOn(database: TestDatabase, wanted: (name: string) => boolean, ask: Ask) {
  const app = await createTestApp({
    database: { ...database, close: async () => undefined },
    workspaceId: WORKSPACE,
  });
  const explainer = new Explainer(database);
  const batches = new Map<string, Batch[]>();
  const documents: Record<string, string> = {};
  try {
    const operations = await operationsFor(app);
    for (const operation of operations.filter(({ name }) => wanted(name))) {
      const sent = await send(operation, (asked) => ask(asked, app));
      batches.set(operation.name, await explainAll(sent, explainer));
      const hash = documentHash(operation.document);
      if (hash !== undefined) documents[operation.name] = hash;
    }
    const [about] = await explainer.query(
      WORKSPACE,
      `select current_setting('server_version_num')::int / 10000 as version,
         (select array_agg(indexname::text) from pg_indexes where schemaname = 'public') as indexes`,
    );
    return {
      batches,
      documents,
      postgresql: String(about.version),
      indexes: new Set<string>(about.indexes),
    };
  } finally {
    await explainer.close();
    await app.close();
  }
}

async function send(
  operation: Operation,
  ask: (operation: Operation) => Promise<Pick<Answer, "errors">>,
): Promise<Sent[]> {
  const { sent, stop } = recordStatements({ writes: true });
  try {
    const { errors } = await ask(operation);
    if (errors.length > 0 && !operation.mayFail) {
      const messages = errors.map(({ message }) => message).join("; ");
      throw new Error(`${operation.name} has no figures, because it was answered: ${messages}`);
    }
  } finally {
    stop();
  }
  // A key is looked up again five seconds after it was last, in whatever operation that is.
  return sent.filter(({ asking }) => asking.loader !== "authenticate");
}

/** Explains the first of the statements that a loader sent with equal arguments, and counts them. */
async function explainAll(sent: readonly Sent[], explainer: Explainer): Promise<Batch[]> {
  const batches = new Map<string, Batch>();
  for (const each of sent) {
    const { asking, statement, isWrite } = each;
    const key = JSON.stringify([asking.loader, asking.arguments, statement.text]);
    const known = batches.get(key);
    if (known) {
      known.times += 1;
      continue;
    }
    const plan = await explainer.settle(each);
    batches.set(key, {
      loader: asking.loader,
      times: 1,
      keys: asking.keys,
      buffers: isWrite ? null : plan.buffers,
      plan: plan.shape,
    });
  }
  return [...batches.values()];
}

/** Puts the nth batch of each loader on N beside its nth on 4N. */
function join(small: readonly Batch[], large: readonly Batch[]): Asked[] {
  const left = [...small];
  const both = large.map((batch) => {
    const at = left.findIndex(({ loader }) => loader === batch.loader);
    return pair(at < 0 ? undefined : left.splice(at, 1)[0], batch, batch);
  });
  return [...both, ...left.map((batch) => pair(batch, undefined, batch))];
}

/** `shown` is the one of both that is there, of 4N if it is. */
const pair = (small: Batch | undefined, large: Batch | undefined, shown: Batch): Asked => ({
  loader: shown.loader,
  times: [small?.times ?? 0, large?.times ?? 0],
  keys: shown.keys,
  buffers: shown.buffers === null ? null : [small?.buffers ?? 0, large?.buffers ?? 0],
  plan: shown.plan,
});
