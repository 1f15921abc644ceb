import type { GraphQLSchema } from "graphql";
import { costOf } from "../gates/cost.ts";
import { price } from "../gates/measurement.ts";
import { round, type Batch } from "../insight/sql-record.ts";
import { isBeyond, type Agreed } from "./agreed.ts";
import { costByField } from "./cost-by-field.ts";
import { understand, withoutStrings } from "./document.ts";
import { hintsFor, splits, type Placed } from "./hints.ts";
import { predict, type Dry, type Predicted } from "./predict.ts";
import type { Kept } from "./ring.ts";
import type { BatchDetail, FieldCost, Mark, OperationDetail, OperationSummary } from "./wire.ts";

/** What reading kept operations needs: everything is worked out when somebody looks. */
export interface ReadingDeps {
  schema: GraphQLSchema;
  agreed: Agreed;
  /** For the viewer who looks. */
  dry: Dry;
}

/** An operation as a line. */
export async function summarize(kept: Kept, deps: ReadingDeps): Promise<OperationSummary> {
  return { ...factsOf(kept), marks: await marksOf(kept, deps) };
}

/** All that is known of an operation. */
export async function describe(kept: Kept, deps: ReadingDeps): Promise<OperationDetail> {
  const { operation } = kept;
  const { record, source, name } = operation;
  const batches = [...record.batches];
  const foreseen = await foresee(kept, deps);
  const placed = place(batches, foreseen.predicted);
  const agreed = deps.agreed.compare(operation, record) ?? null;
  const fields = withActual(foreseen.fields, placed);
  const texts = [...new Set(batches.map(({ statement }) => statement.text))];
  const connections = new Set(
    fields.filter(({ kind }) => kind === "connection").map(({ path }) => path),
  );
  const hints = hintsFor(placed, foreseen.predicted).filter(
    // A list without paging arguments has no size that its client could choose.
    (hint) => hint.kind !== "large-page" || hint.fields.every((field) => connections.has(field)),
  );
  const definitions =
    (source === undefined ? undefined : understand(deps.schema, source, name))?.measurement
      .operation.variableDefinitions ?? [];
  return {
    ...(await summarize(kept, deps)),
    query: source === undefined ? null : withoutStrings(source),
    variables: definitions.map(({ variable, type }) => ({
      name: variable.name.value,
      type: source?.slice(type.loc?.start, type.loc?.end) ?? "",
      isGiven: Object.hasOwn(operation.variables ?? {}, variable.name.value),
    })),
    batches: placed.map((each) => batchDetail(each, batches, texts, operation.startedAt)),
    statementTexts: texts,
    fields,
    hints,
    agreed,
    incomplete: foreseen.why ?? null,
  };
}

function factsOf({ cursor, at, operation }: Kept): Omit<OperationSummary, "marks"> {
  const { record, measured, points } = operation;
  return {
    id: operation.requestId,
    cursor,
    at: new Date(at - operation.ms).toISOString(),
    name: operation.name,
    kind: operation.kind ?? null,
    ms: round(operation.ms),
    sqlMs: round(record.ms),
    statements: record.statements,
    loaderBatches: record.loaderBatches,
    overhead: record.overhead,
    rows: record.rows,
    cost: points ? { requested: points.requested, used: points.actual } : null,
    complexity: measured.complexity ?? null,
    depth: measured.depth ?? null,
    nodes: measured.nodes ?? null,
    status: operation.status,
    codes: operation.codes,
    isRefused: operation.isRefused,
  };
}

async function marksOf(kept: Kept, deps: ReadingDeps): Promise<Mark[]> {
  const { operation } = kept;
  const { record } = operation;
  const marks: Mark[] = [];
  if (record.splits.length > 0) {
    const { predicted } = await foresee(kept, deps);
    const found = splits(place(record.batches, predicted), predicted);
    if (found.some(({ kind }) => kind === "split")) marks.push("split");
  }
  const agreed = deps.agreed.compare(operation, record);
  if (agreed && isBeyond(agreed)) marks.push("regression");
  if (operation.errors.length > 0) marks.push("error");
  return marks;
}

/** What could be told before the operation ran. */
interface Foreseen {
  predicted: readonly Predicted[] | undefined;
  fields: FieldCost[];
  /** What is not known of it, and why. */
  why?: string;
}

const REFUSED = "It was refused, and not executed.";

const foreseenOf = new WeakMap<Kept, Promise<Foreseen>>();

/** Worked out once for each operation that somebody looks at. */
function foresee(kept: Kept, deps: ReadingDeps): Promise<Foreseen> {
  const known = foreseenOf.get(kept) ?? work(kept, deps);
  foreseenOf.set(kept, known);
  return known;
}

async function work({ operation }: Kept, { schema, dry }: ReadingDeps): Promise<Foreseen> {
  const { source, name, variables = {} } = operation;
  const nothing = { predicted: undefined, fields: [] };
  if (source === undefined) return { ...nothing, why: "The request had no document." };
  const understood = understand(schema, source, name);
  if (!understood) return { ...nothing, why: "The document does not fit the schema." };
  const { document, measurement } = understood;
  if (operation.kind !== "query") {
    // Of its variables only the names are kept: what it cost at most.
    const dearest = { variables: undefined };
    const { plan } = measurement;
    const fields = costByField(plan, costOf(plan, dearest), dearest);
    const why = "Only queries are foreseen, not what a mutation will find.";
    return { ...nothing, fields, why: operation.isRefused ? REFUSED : why };
  }
  const priced = price(measurement, variables);
  if (!priced) return { ...nothing, why: "The variables do not fit the operation." };
  const fields = costByField(measurement.plan, priced.cost, { variables: priced.coerced });
  if (operation.isRefused) return { ...nothing, fields, why: REFUSED };
  const predicted = await predict(dry, document, measurement, variables);
  return "why" in predicted
    ? { predicted: undefined, fields, why: predicted.why }
    : { predicted, fields };
}

/** Puts each batch beside the one that was foreseen for its loader and arguments, in their order. */
function place(batches: readonly Batch[], predicted: readonly Predicted[] = []): Placed[] {
  const left = [...predicted];
  return batches.map((batch, index) => {
    const isAlike = (each: Predicted) =>
      each.loader === batch.loader && each.arguments === batch.arguments;
    const at = left.findIndex(isAlike);
    const found = at < 0 ? predicted.findLast(isAlike) : left.splice(at, 1)[0];
    return { index, batch, fields: [...(found?.fields ?? [])] };
  });
}

function withActual(fields: FieldCost[], placed: readonly Placed[]): FieldCost[] {
  if (placed.every((each) => each.fields.length === 0)) return fields;
  return fields.map((field) => {
    const own = placed.filter((each) => each.fields.includes(field.path));
    if (field.kind === "operation") {
      const rows = sum(placed, ({ batch }) => batch.rows);
      return { ...field, statements: placed.length, rows };
    }
    return { ...field, statements: own.length, rows: sum(own, ({ batch }) => batch.rows) };
  });
}

const sum = <Item>(items: readonly Item[], figure: (item: Item) => number) =>
  items.reduce((total, item) => total + figure(item), 0);

function batchDetail(
  { index, batch, fields }: Placed,
  all: readonly Batch[],
  texts: readonly string[],
  begin: number,
): BatchDetail {
  const { statement, failure } = batch;
  const isBeside = (other: Batch) =>
    other !== batch && other.sentAt < endOf(batch) && batch.sentAt < endOf(other);
  return {
    index,
    loader: batch.loader,
    keys: batch.keys,
    rows: batch.rows,
    sentMs: round(batch.sentAt - begin),
    startMs: round(batch.startedAt - begin),
    ms: round(batch.ms),
    level: levelOf(batch, all),
    beside: all.flatMap((other, at) => (isBeside(other) ? at : [])),
    fields: [...fields],
    text: texts.indexOf(statement.text),
    parameters: [...statement.parameters],
    failure: failure === undefined ? null : codeOf(failure),
    canAnalyze: batch.bound !== undefined,
  };
}

const endOf = ({ startedAt, ms }: Batch) => startedAt + ms;

/** One more than the highest level of what had ended when it was sent. */
function levelOf(batch: Batch, all: readonly Batch[]): number {
  let level = 1;
  let until = batch.sentAt;
  // From behind: what ended last before it was sent, what ended last before that was sent, and so on.
  for (;;) {
    const before = all.filter((other) => endOf(other) <= until && other.sentAt < until);
    if (before.length === 0) return level;
    level += 1;
    until = Math.max(...before.map(({ sentAt }) => sentAt));
  }
}

/** A message may quote values. */
function codeOf(failure: unknown): string {
  if (!(failure instanceof Error)) return "failed";
  return "code" in failure && typeof failure.code === "string"
    ? failure.code
    : failure.constructor.name;
}
