import { getNamedType, isAbstractType, isObjectType, type GraphQLObjectType } from "graphql";
import type { LoadedField, Nesting, ObjectPlan } from "./plan.ts";
import type { Run } from "./run.ts";
import { isPromise } from "./promise.ts";
import { Surprise } from "./surprise.ts";

/**
 * Asks for everything that the answer needs. It goes down level by level: the resolver of a field is
 * asked for all objects of its level at once, and what is below follows when all its values are there.
 * Rejects for anything that fails.
 */
export async function load(run: Run): Promise<void> {
  await loadObjects(run, run.plan.root, [undefined]);
}

async function loadObjects(run: Run, plan: ObjectPlan, objects: readonly unknown[]): Promise<void> {
  run.met.add(plan);
  const { loaded } = plan;
  if (loaded.length > 0) await Promise.all(loaded.map((field) => loadField(run, field, objects)));
}

async function loadField(run: Run, field: LoadedField, objects: readonly unknown[]): Promise<void> {
  if (run.isOver) throw new Surprise("it is over");
  let values = ask(run, field, objects);
  if (values.some(isPromise)) values = await Promise.all(values);
  if (field.nesting.item && values.some(hasPromise)) {
    values = await Promise.all(
      values.map(async (value) => (hasPromise(value) ? Promise.all(value) : value)),
    );
  }
  run.values[field.slot] = values;
  if (field.kind === "objects") await loadBelow(run, field, values);
}

/** A field's values, or promises of them, in the order of its objects. */
function ask(run: Run, field: LoadedField, objects: readonly unknown[]): unknown[] {
  const { resolve, resolveAll, definition } = field;
  if (resolveAll) return resolveAll(objects);
  const values: unknown[] = [];
  const args = run.plan.argumentsOf(field, run.variables);
  const info = run.infoOf(field);
  try {
    for (const object of objects) {
      values.push(
        resolve
          ? resolve(object, args, run.context, info)
          : propertyOf(object, definition.name, args, run.context, info),
      );
    }
  } catch (error) {
    handleLater(values.filter(isPromise));
    throw error;
  }
  return values;
}

/** As graphql-js does it for fields without resolver. */
function propertyOf(object: unknown, name: string, ...call: unknown[]): unknown {
  if (typeof object !== "object" || object === null) throw new Surprise("an object that is none");
  const value: unknown = (object as Record<string, unknown>)[name];
  return typeof value === "function" ? value.apply(object, call) : value;
}

async function loadBelow(run: Run, field: LoadedField, values: readonly unknown[]): Promise<void> {
  const objects: unknown[] = [];
  for (const value of values) gather(field.nesting, value, objects);
  if (objects.length === 0) return;
  const { objectType } = field;
  if (objectType) return loadObjects(run, run.plan.below(field, objectType), objects);

  const byPlan = new Map<ObjectPlan, unknown[]>();
  run.plans[field.slot] = objects.map((object) => {
    const plan = run.plan.below(field, typeOf(run, field, object));
    const others = byPlan.get(plan);
    if (others) others.push(object);
    else byPlan.set(plan, [object]);
    return plan;
  });
  await Promise.all([...byPlan].map(([plan, own]) => loadObjects(run, plan, own)));
}

/** The objects in a value, which may be a list. */
function gather(nesting: Nesting, value: unknown, into: unknown[]) {
  if (value === null || value === undefined) {
    if (nesting.isRequired) throw new Surprise("null where there must be a value");
  } else if (nesting.item) {
    if (!Array.isArray(value)) throw new Surprise("a list that is no array");
    for (const item of value) gather(nesting.item, item, into);
  } else if (typeof value !== "object" || value instanceof Error || isPromise(value)) {
    throw new Surprise("an object that is none");
  } else {
    into.push(value);
  }
}

/** The type of an abstract field's object. */
function typeOf(run: Run, field: LoadedField, object: unknown): GraphQLObjectType {
  const { schema } = run.plan;
  const declared = getNamedType(field.definition.type);
  if (!isAbstractType(declared)) throw new Surprise("neither an object nor abstract");
  const name: unknown = declared.resolveType
    ? declared.resolveType(object, run.context, run.infoOf(field), declared)
    : (object as { __typename?: unknown }).__typename;
  const type = typeof name === "string" ? schema.getType(name) : undefined;
  if (!isObjectType(type) || !schema.isSubType(declared, type)) {
    throw new Surprise(`the type of an object of ${declared.name} is not known at once`);
  }
  return type;
}

/** A list may hold promises of its items. */
const hasPromise = (value: unknown): value is unknown[] =>
  Array.isArray(value) && value.some(isPromise);

/** Nobody waits for them any more: graphql-js asks for the same again, and tells what failed. */
function handleLater(promises: readonly Promise<unknown>[]) {
  for (const promise of promises) promise.then(undefined, () => undefined);
}
