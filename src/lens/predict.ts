import { OperationTypeNode, type DocumentNode, type GraphQLSchema } from "graphql";
import type { RequestContext } from "../context.ts";
import type { Statement } from "../db/statement.ts";
import { CompiledOperation } from "../execution/compiled-operation.ts";
import type { LoadedField, Nesting, ObjectPlan } from "../execution/plan.ts";
import type { Run } from "../execution/run.ts";
import type { Measurement } from "../gates/measurement.ts";
import { isWrapper } from "../gates/operation.ts";
import type { DrySession, DryStatement } from "./dry-session.ts";
import { NotingLoaders } from "./noting-loaders.ts";

/** A statement that an operation would send. */
export interface Predicted {
  loader: string;
  arguments: string;
  level: number;
  /** The fields that ask, without Relay's wrappers. */
  fields: ReadonlySet<string>;
  statement: Statement<unknown>;
}

/** What cannot be foreseen, in words. */
export interface Unforeseen {
  why: string;
}

/** What a dry run needs of a server. */
export interface Dry {
  schema: GraphQLSchema;
  /** Makes a context whose session is dry, with these loaders. */
  createContext(
    told: (sent: DryStatement) => void,
    loaders: RequestContext["loaders"],
  ): RequestContext & { session: DrySession };
}

/** So many statements are foreseen at most: what sends more, the gates refuse. */
const MOST_STATEMENTS = 1_000;

/**
 * The statements of a query, found by asking its resolvers and loaders with rows that are made up: one for each
 * relation and distinct arguments, and one more for totals. There may be fewer where a relation finds nothing.
 */
export async function predict(
  dry: Dry,
  document: DocumentNode,
  { operation, fields: selected }: Pick<Measurement, "operation" | "fields">,
  variables: Record<string, unknown>,
): Promise<readonly Predicted[] | Unforeseen> {
  if (operation.operation !== OperationTypeNode.QUERY) {
    return { why: "Only queries are foreseen: a mutation's statements depend on what it finds." };
  }
  const found: Predicted[] = [];
  const loaders = new NotingLoaders();
  const context = dry.createContext(({ statement, values, asking, level }) => {
    const { loader, arguments: given = "" } = asking;
    const keys = values["key"] ?? values["keys"] ?? values["parents"] ?? [];
    const batch = loaders.sent(given, [keys].flat().map(String));
    const fields = batch?.fields ?? new Set([loaders.asking]);
    if (found.length < MOST_STATEMENTS)
      found.push({ loader, arguments: given, level, fields, statement });
  }, loaders);
  context.measured.fields = selected;
  try {
    const compiled = new CompiledOperation(dry.schema, document, operation);
    const run = compiled.run({ variables, contextValue: context });
    if (!run) return { why: "The variables do not fit the operation." };
    await new DryWalk(run, loaders).objects(run.plan.root, [undefined], "");
    return found;
  } catch {
    return { why: "It asks for the schema besides data, which is executed otherwise." };
  } finally {
    await context.session.close();
  }
}

/** Asks every resolver for the objects of its level; what fails leaves its field out, as it does in an answer. */
class DryWalk {
  readonly #run: Run;
  readonly #loaders: NotingLoaders;

  constructor(run: Run, loaders: NotingLoaders) {
    this.#run = run;
    this.#loaders = loaders;
  }

  async objects(plan: ObjectPlan, objects: readonly unknown[], path: string): Promise<void> {
    await Promise.all(plan.loaded.map((field) => this.#field(field, objects, path)));
  }

  async #field(field: LoadedField, objects: readonly unknown[], parentPath: string) {
    const { parentType, definition, responseKey } = field;
    const path = isWrapper(parentType.name, definition.name)
      ? parentPath
      : [parentPath, responseKey].filter(Boolean).join(".");
    const below: unknown[] = [];
    const values = objects.map((object) => this.#ask(field, object, path));
    for (const value of await Promise.all(values)) await gather(field.nesting, value, below);
    if (field.kind === "leaf" || below.length === 0) return;
    const byPlan = new Map<ObjectPlan, unknown[]>();
    for (const object of below) {
      const plan = this.#planOf(field, object);
      byPlan.set(plan, [...(byPlan.get(plan) ?? []), object]);
    }
    await Promise.all([...byPlan].map(([plan, own]) => this.objects(plan, own, path)));
  }

  /** What a field's resolver answers, asked as the executor asks it; nothing when it fails. */
  async #ask(field: LoadedField, object: unknown, path: string): Promise<unknown> {
    const run = this.#run;
    try {
      const given = run.plan.argumentsOf(field, run.variables);
      const info = run.infoOf(field);
      this.#loaders.asking = path;
      if (field.resolve) return await field.resolve(object, given, run.context, info);
      const value: unknown = (object as Record<string, unknown>)[field.definition.name];
      return typeof value === "function"
        ? await value.call(object, given, run.context, info)
        : value;
    } catch {
      return null;
    }
  }

  #planOf(field: LoadedField, object: unknown): ObjectPlan {
    const { schema } = this.#run.plan;
    const name = (object as { __typename?: string }).__typename;
    const type = field.objectType ?? (name === undefined ? undefined : schema.getType(name));
    if (!type || !("getFields" in type) || !("isTypeOf" in type)) throw new Error("no object type");
    return this.#run.plan.below(field, type);
  }
}

/** The objects in a value, which may be a list, also of promises. */
async function gather({ item }: Nesting, value: unknown, into: unknown[]): Promise<void> {
  if (value === null || value === undefined) return;
  if (!item) into.push(value);
  else if (Array.isArray(value)) {
    const items = await Promise.all(value.map(async (each: unknown) => each));
    for (const each of items) await gather(item, each, into);
  }
}
