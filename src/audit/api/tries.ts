import {
  getNamedType,
  isInputObjectType,
  isLeafType,
  isRequiredArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from "graphql";
import type { Permission } from "../../auth/permissions.ts";
import { permissionOf } from "../../schema/permissions.ts";
import { nodeTypes, selectEverything, type Json } from "./select.ts";

/** Global ids by type. */
export type Ids = ReadonlyMap<string, readonly string[]>;

/** One question to the API. What is asked for is called `found`, at the root or in each of `nodes`. */
export interface ApiTry {
  /** Coordinate of the field: `Account.posts`. */
  target: string;
  name: string;
  query: string;
  variables: Record<string, Json>;
  /** What the viewer must have; without one of them the answer must be null. */
  needs: readonly Permission[];
  /** What may come back: what belongs to the own workspace, nothing at all, or errors only. */
  expects: "own" | "nothing" | "refusal";
  /** The type whose objects the answer counts. */
  counts?: string;
}

type Field = GraphQLField<unknown, unknown>;

/** How many parents and how large pages: enough to see a leak, few enough for a large workspace. */
const PARENTS = 3;
const SIZE = 3;

/** Counting a large workspace takes long: asked for once at each root connection, and not inside of others. */
const COUNTS = ["totalCount"];

/** A place to ask: a field of Query, or of what `node` finds. */
interface Place {
  parent: GraphQLObjectType;
  field: Field;
  isRoot: boolean;
  needs: readonly Permission[];
}

/** Every field of Query and of every type that is a Node; other types are asked for inside of them. */
export function placesIn(schema: GraphQLSchema): Place[] {
  const query = schema.getQueryType();
  if (!query) throw new Error("the schema has no Query");
  return [query, ...nodeTypes(schema)].flatMap((parent) =>
    Object.values(parent.getFields()).map((field) => {
      const needs = [permissionOf(field), parent === query ? undefined : permissionOf(parent)];
      const isPermission = (need: Permission | undefined): need is Permission => need !== undefined;
      return { parent, field, isRoot: parent === query, needs: needs.filter(isPermission) };
    }),
  );
}

/** Whether a field takes global ids as plain arguments: `account(id:)`, `nodes(ids:)`. */
const idArgument = ({ args }: Field) =>
  args.find((argument) => getNamedType(argument.type).name === "ID");

/** A selection of the field, under the name `found`. */
function selectionOf(schema: GraphQLSchema, { field }: Place, given = ""): string {
  const named = getNamedType(field.type);
  const isPage = field.args.some(({ name }) => name === "first");
  const all = [isPage && !/\b(first|last):/.test(given) ? `first: ${SIZE}` : "", given].filter(
    Boolean,
  );
  const call = all.length > 0 ? `found: ${field.name}(${all.join(", ")})` : `found: ${field.name}`;
  if (isLeafType(named)) return call;
  const levels = given === "" || field.args.some(({ name }) => name === "id") ? 1 : 0;
  const options = { levels, size: SIZE, without: COUNTS };
  return `${call} ${selectEverything(schema, named as GraphQLCompositeType, options)}`;
}

/** The operation that asks for a place: at the root, or of the nodes with the ids in `$parents`. */
function operation(place: Place, selection: string, declared = ""): string {
  const head = (more: string) => (more ? `query (${more})` : "query");
  if (place.isRoot) return `${head(declared)} { ${selection} }`;
  return `${head(`$parents: [ID!]! ${declared}`)} { nodes(ids: $parents) { __typename ... on ${place.parent.name} { ${selection} } } }`;
}

/** Every question of an attacker in one workspace about another. */
export function triesFor(
  schema: GraphQLSchema,
  ids: { own: Ids; foreign: Ids },
  cursors: { own: ReadonlyMap<string, string>; foreign: ReadonlyMap<string, string> },
): ApiTry[] {
  return placesIn(schema).flatMap((place) => {
    const { parent, field, isRoot, needs } = place;
    const target = `${parent.name}.${field.name}`;
    const of = (whose: Ids) =>
      isRoot ? {} : { parents: (whose.get(parent.name) ?? []).slice(0, PARENTS) };
    const base = { target, needs };
    const tries: ApiTry[] = [];
    const argument = idArgument(field);

    if (argument) {
      tries.push(...idTries(schema, place, argument, ids));
    } else if (!field.args.some(isRequiredArgument)) {
      const query = operation(place, selectionOf(schema, place));
      tries.push({ ...base, name: "asked for", query, variables: of(ids.own), expects: "own" });
      if (!isRoot) {
        tries.push({
          ...base,
          name: "of B's objects",
          query,
          variables: of(ids.foreign),
          expects: "nothing",
        });
      }
    }
    const counts = /^(\w+)Connection$/.exec(getNamedType(field.type).name)?.[1];
    if (isRoot && counts !== undefined) {
      const query = operation(place, `found: ${field.name} { totalCount }`);
      tries.push({ ...base, name: "counted", query, variables: {}, expects: "own", counts });
    }
    for (const filter of idInputs(field)) {
      const query = operation(
        place,
        selectionOf(schema, place, `${filter.path}: ${filter.write("$ids")}`),
        "$ids: [ID!]",
      );
      tries.push({
        ...base,
        name: `B's ids in ${filter.name}`,
        query,
        variables: { ...of(ids.own), ids: filter.choose(ids.foreign) },
        expects: "nothing",
      });
    }
    const foreign = cursors.foreign.get(target);
    if (foreign === undefined) return tries;
    const own = cursors.own.get(target);
    for (const word of ["after", "before"]) {
      const query = operation(
        place,
        selectionOf(schema, place, `${word}: $cursor`),
        "$cursor: String",
      );
      const variables = { ...of(ids.own), cursor: foreign };
      tries.push({ ...base, name: `B's cursor in ${word}`, query, variables, expects: "nothing" });
      if (own === undefined) continue;
      const forged = { ...variables, cursor: forge(own, foreign) };
      tries.push({
        ...base,
        name: `B's place forged in ${word}`,
        query,
        variables: forged,
        expects: "own",
      });
    }
    return tries;
  });
}

/** A field that takes an id: asked with each type's ids, of both workspaces. */
function idTries(
  schema: GraphQLSchema,
  place: Place,
  { name, type }: { name: string; type: GraphQLInputType },
  ids: { own: Ids; foreign: Ids },
): ApiTry[] {
  const isList = String(type).startsWith("[");
  const query = operation(
    place,
    selectionOf(schema, place, `${name}: $given`),
    `$given: ${isList ? "[ID!]!" : "ID!"}`,
  );
  const target = `${place.parent.name}.${place.field.name}`;
  const each = (whose: Ids, word: string, expects: ApiTry["expects"]) =>
    [...whose].flatMap(([of, [first, ...more]]): ApiTry[] => {
      if (first === undefined) return [];
      const needed = permissionOf(schema.getType(of) ?? {});
      const needs = needed === undefined ? place.needs : [...place.needs, needed];
      const given = isList ? [first, ...more.slice(0, PARENTS)] : first;
      return [{ target, name: `${word} ${of}`, query, variables: { given }, needs, expects }];
    });
  return [...each(ids.own, "with A's", "own"), ...each(ids.foreign, "with B's", "nothing")];
}

/** Fields of input objects, one level deep, that take lists of ids: `filter: { accountIds }`. */
function idInputs(field: Field) {
  return field.args.flatMap((argument) => {
    const input = getNamedType(argument.type);
    if (!isInputObjectType(input)) return [];
    return Object.values(input.getFields())
      .filter(({ type }) => getNamedType(type).name === "ID")
      .map(({ name }) => ({
        name: `${argument.name}.${name}`,
        path: argument.name,
        write: (variable: string) => `{ ${name}: ${variable} }`,
        choose: (whose: Ids) => {
          const type = [...whose.keys()].find(
            (key) => key.toLowerCase() === name.replace(/Ids?$/, "").toLowerCase(),
          );
          return type === undefined
            ? [...whose.values()].flat().slice(0, 20)
            : whose.get(type)?.slice(0, 20);
        },
      }));
  });
}

/** What is asked to learn the ids and cursors of a workspace: by its owner, of each root field. */
export function crawlOf(schema: GraphQLSchema): string[] {
  return placesIn(schema)
    .filter(({ isRoot, field }) => isRoot && !field.args.some(isRequiredArgument))
    .map((place) => {
      const named = getNamedType(place.field.type);
      if (isLeafType(named)) return "";
      const options = { levels: 2, size: SIZE, without: COUNTS };
      const page = place.field.args.some(({ name }) => name === "first") ? `(first: ${SIZE})` : "";
      return `{ found: ${place.field.name}${page} ${selectEverything(schema, named as GraphQLCompositeType, options)} }`;
    })
    .filter(Boolean);
}

/** What is asked to learn a cursor of each connection. */
export function cursorQuestions(schema: GraphQLSchema, ids: Ids) {
  return placesIn(schema)
    .filter(({ field }) => getNamedType(field.type).name.endsWith("Connection"))
    .map((place) => ({
      target: `${place.parent.name}.${place.field.name}`,
      query: operation(place, `found: ${place.field.name}(first: 3) { edges { cursor } }`),
      variables: place.isRoot ? {} : { parents: (ids.get(place.parent.name) ?? []).slice(0, 50) },
    }));
}

/** The first cursor in an answer. */
export const cursorIn = (data: Json): string | undefined =>
  /"cursor":"([^"]+)"/.exec(JSON.stringify(data ?? null))?.[1];

/** The position of one cursor under the seal of another. */
export function forge(sealed: string, position: string): string {
  const read = (cursor: string) =>
    JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")) as unknown[];
  const [version, digest] = read(sealed);
  const [, , sort, id] = read(position);
  return Buffer.from(JSON.stringify([version, digest, sort, id])).toString("base64url");
}

/** The values that stand under the name `found`. */
export function foundIn(data: Json): Json[] {
  if (data === null || typeof data !== "object") return [];
  if ("found" in data) return [data.found];
  return (Array.isArray(data.nodes) ? (data.nodes as Json[]) : []).map(
    (node) => node?.found ?? null,
  );
}
