import {
  getOperationAST,
  getVariableValues,
  isAbstractType,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
} from "graphql";
import { usedPoints } from "../../src/budget/actual.ts";
import type { RequestContext } from "../../src/context.ts";
import type { WrittenData } from "../../src/execution/written-data.ts";
import { costOf } from "../../src/gates/cost.ts";
import { operationOf } from "../../src/gates/operation.ts";
import { planOf } from "../../src/gates/plan.ts";
import { isWhole, isWritten, type Answers, type Question } from "./parity.ts";

/** What two executions differ in besides their answers. */
export function differenceInWork(
  { expected, found }: Answers<RequestContext>,
  { text }: Question,
): string | undefined {
  // Where an error took more with it, graphql-js has not waited for the rest.
  if (!isWhole(expected)) return undefined;
  const tell = expected.errors.length > 0 ? keysOf : statementsOf;
  const [wanted, sent] = [tell(expected.context), tell(found.context)];
  if (wanted !== sent) return `statements\n  expected ${wanted}\n  found    ${sent}`;
  if (!isWritten(found)) return undefined;
  // Every name that a field of the answer may have, and some more.
  const keys = new Set(text.match(/\w+/g));
  const { shape } = found.result.data as unknown as WrittenData;
  const [tree, told] = [formOf([expected.result.data], keys), formOf([shape], keys)];
  return tree === told ? undefined : `fields told\n  expected ${tree}\n  found    ${told}`;
}

const statementsOf = ({ session }: RequestContext) =>
  session.record.batches
    .map((batch) => `${batch.loader} ${batch.arguments} ${batch.keys} ${batch.rows}`)
    .sort()
    .join("\n           ");

/** For how many keys each loader has asked: with errors ours asks in two goes, but nothing twice. */
function keysOf({ session }: RequestContext): string {
  const sums = new Map<string, number>();
  for (const { loader, arguments: args, keys } of session.record.batches) {
    const name = `${loader} ${args}`;
    sums.set(name, (sums.get(name) ?? 0) + keys);
  }
  return [...sums]
    .map(([name, keys]) => `${name} ${keys}`)
    .sort()
    .join("\n           ");
}

/** An answer that says that nothing is missing, from which something is. */
export function wronglyWhole(
  schema: GraphQLSchema,
  { found }: Answers<RequestContext>,
  { document, operationName, variables }: Question,
): string | undefined {
  if (!isWritten(found)) return undefined;
  const { isWhole, shape } = found.result.data as unknown as WrittenData;
  const operation = getOperationAST(document, operationName);
  if (!isWhole || !operation) return undefined;
  const measured = operationOf(schema, document, operation);
  const { coerced } = getVariableValues(
    schema,
    operation.variableDefinitions ?? [],
    variables ?? {},
  );
  const given = { variables: coerced ?? {} };
  const asked = costOf(planOf(measured), given).complexity;
  const used = usedPoints(measured, given.variables, shape) ?? asked;
  return used === asked ? undefined : `it calls itself whole, but has used ${used} of ${asked}`;
}

/** The fields that a document selects, as `Post.body`. */
export function fieldsOf(schema: GraphQLSchema, document: DocumentNode): Set<string> {
  const selected = new Set<string>();
  const typeInfo = new TypeInfo(schema);
  const note = ({ name }: FieldNode) => {
    const type = typeInfo.getParentType();
    const types = isAbstractType(type) ? schema.getPossibleTypes(type) : [type];
    for (const each of types) selected.add(`${each?.name}.${name.value}`);
  };
  visit(document, visitWithTypeInfo(typeInfo, { Field: note }));
  return selected;
}

/** Which fields at least one of the objects has, and what is below: what an answer's cost is made of. */
function formOf(objects: readonly unknown[], keys: ReadonlySet<string>): string {
  const present = objects.filter((each): each is Record<string, unknown> => isObject(each));
  const known = [...keys].filter((key) => present.some((each) => key in each)).sort();
  const below = (key: string) => present.flatMap((each) => [each[key]].flat(3));
  return `{${known.map((key) => key + formOf(below(key), keys)).join()}}`;
}

const isObject = (value: unknown) => typeof value === "object" && value !== null;
