import { getNamedType, isAbstractType, isObjectType, type GraphQLObjectType } from "graphql";
import type { LoadedField, Nesting, ObjectPlan } from "./plan.ts";
import type { Run } from "./run.ts";
import { isPromise } from "./promise.ts";
import { soon, type Soon } from "../soon.ts";
import { Surprise } from "./surprise.ts";

/**
 * Asks for everything that the answer needs. It goes down level by level: the resolver of a field is
 * asked for all objects of its level at once, and what is below follows when all its values are there.
 * Throws or rejects for anything that fails.
 */
export function load(run: Run): Soon<unknown> {
  return loadObjects(run, run.plan.root, [undefined]);
}

function loadObjects(run: Run, plan: ObjectPlan, objects: readonly unknown[]): Soon<unknown> {
  run.met.add(plan);
  return together(plan.loaded, (field) => loadField(run, field, objects));
}

function loadField(run: Run, field: LoadedField, objects: readonly unknown[]): Soon<unknown> {
  if (run.isOver) throw new Surprise("it is over");
  return soon(allOf(ask(run, field, objects)), (values) =>
    soon(field.nesting.item ? withItems(values) : values, (whole) => {
      run.values[field.slot] = whole;
      return field.kind === "objects" ? loadBelow(run, field, whole) : undefined;
    }),
  );
}

/** The values, when all of them are there. */
function allOf(values: unknown[]): Soon<unknown[]> {
  return values.some(isPromise) ? Promise.all(values) : values;
}

/** The values, when all items of those that are lists are there as well. */
function withItems(lists: unknown[]): Soon<unknown[]> {
  return allOf(lists.map((list) => (hasPromise(list) ? Promise.all(list) : list)));
}

/** Does it for all, and waits for those that take longer. Whatever fails fails at once, and nothing is left unheard. */
function together<Item>(items: readonly Item[], each: (item: Item) => Soon<unknown>) {
  const waiting: Promise<unknown>[] = [];
  try {
    for (const item of items) {
      const done = each(item);
      if (done instanceof Promise) waiting.push(done);
    }
  } catch (error) {
    handleLater(waiting);
    throw error;
  }
  return waiting.length > 1 ? Promise.all(waiting) : waiting[0];
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

function loadBelow(run: Run, field: LoadedField, values: readonly unknown[]): Soon<unknown> {
  const objects: unknown[] = [];
  for (const value of values) gather(field.nesting, value, objects);
  if (objects.length === 0) return undefined;
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
  return together([...byPlan], ([plan, own]) => loadObjects(run, plan, own));
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
