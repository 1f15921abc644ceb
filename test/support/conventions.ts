import {
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLSchema,
  type GraphQLType,
} from "graphql";
import { ownTypes } from "./everything.ts";

/** A rule that the SDL keeps. */
export interface Convention {
  /** What holds, as a sentence that begins with "the SDL …". */
  name: string;
  /** The places that break it. */
  breaches: (schema: GraphQLSchema) => string[];
  /** SDL that breaks it, and where: proves that the rule can fire. */
  bad: { sdl: string; places: string[] };
}

/** A field, argument or input field. */
interface Part {
  place: string;
  name: string;
  type: GraphQLType;
  deprecationReason: string | null | undefined;
  /** Whether clients send it. */
  isInput: boolean;
  args: readonly GraphQLArgument[];
}

type Definition = GraphQLField<unknown, unknown> | GraphQLArgument | GraphQLInputField;

/** Every field, argument and input field of a schema. */
function partsOf(schema: GraphQLSchema): Part[] {
  return ownTypes(schema).flatMap((type) => {
    if (!("getFields" in type)) return [];
    const isInput = isInputObjectType(type);
    return Object.values(type.getFields()).flatMap((field: Definition) => {
      const place = `${type.name}.${field.name}`;
      const args = "args" in field ? field.args : [];
      const inside = args.map((one) => part(one, `${place}(${one.name})`, true));
      return [part(field, place, isInput, args), ...inside];
    });
  });
}

function part(
  { name, type, deprecationReason }: Definition,
  place: string,
  isInput: boolean,
  args: readonly GraphQLArgument[] = [],
): Part {
  return { place, name, type, deprecationReason, isInput, args };
}

/** The places of the parts that are not so. */
const without = (schema: GraphQLSchema, isFine: (found: Part) => boolean) =>
  partsOf(schema)
    .filter((found) => !isFine(found))
    .map(({ place }) => place);

const isList = ({ type }: Part) => isListType(getNullableType(type));

const named = ({ type }: Part) => getNamedType(type).name;

/** When something that was deprecated goes away: the last sentence of its reason. */
const REMOVAL = /^[A-Z`].*[.`] Removed after (\d{4}-\d\d-\d\d)\.$/s;

function saysWhyAndWhen(reason: string): boolean {
  const [, date = ""] = REMOVAL.exec(reason) ?? [];
  const moment = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(moment.valueOf()) && moment.toISOString().startsWith(date);
}

function deprecationsOf(schema: GraphQLSchema): { place: string; reason: string }[] {
  const values = ownTypes(schema)
    .filter(isEnumType)
    .flatMap((type) =>
      type.getValues().map((value) => ({ ...value, place: `${type.name}.${value.name}` })),
    );
  return [...partsOf(schema), ...values].flatMap(({ place, deprecationReason }) =>
    deprecationReason ? [{ place, reason: deprecationReason }] : [],
  );
}

/** What the SDL keeps besides what test/schema.test.ts asks of names, descriptions and pages. */
export const conventions: Convention[] = [
  {
    name: "gives every deprecation a reason and the day after which it may go",
    breaches: (schema) =>
      deprecationsOf(schema)
        .filter(({ reason }) => !saysWhyAndWhen(reason))
        .map(({ place }) => place),
    bad: {
      sdl: `type Query {
        fine(size: Int @deprecated(reason: "Use \`first\`. Removed after 2027-06-01.")): Int
        bare: Int @deprecated
        timeless: Int @deprecated(reason: "Use \`fine\`.")
        unfounded: Int @deprecated(reason: "Removed after 2027-06-01.")
        undated(size: Int @deprecated(reason: "Use \`fine\`. Removed after 2027-02-30.")): Kind
      }
      enum Kind { OLD @deprecated(reason: "Nobody uses it.") NEW }
      input Filter { old: Int @deprecated(reason: "soon") }`,
      places: [
        "Query.bare",
        "Query.timeless",
        "Query.unfounded",
        "Query.undated(size)",
        "Filter.old",
        "Kind.OLD",
      ],
    },
  },
  {
    name: "calls an ID id, …Id, ids or …Ids, and nothing else so",
    breaches: (schema) =>
      without(schema, (found) => {
        const isId = /^id$|Id$/.test(found.name) && !isList(found);
        const areIds = /^ids$|Ids$/.test(found.name) && isList(found);
        return (named(found) === "ID") === (isId || areIds);
      }),
    bad: {
      sdl: `type Query { id: String, postId: Int, key: ID, ids: ID, post(id: [ID!]): Int, postIds: [ID!] }`,
      places: ["Query.id", "Query.postId", "Query.key", "Query.ids", "Query.post(id)"],
    },
  },
  {
    name: "knows every object that has an id as a Node",
    breaches: (schema) =>
      ownTypes(schema)
        .filter(isObjectType)
        .filter(
          (type) =>
            Boolean(type.getFields()["id"]) !==
            type.getInterfaces().some(({ name }) => name === "Node"),
        )
        .map(({ name }) => name),
    bad: {
      sdl: `type Query { post: Post, tag: Tag } interface Node { id: ID! }
        type Post implements Node { id: ID! } type Tag { id: ID! }`,
      places: ["Tag"],
    },
  },
  {
    name: "calls a moment …At, and a range of moments …Between",
    breaches: (schema) =>
      without(schema, (found) => {
        const isEnd = found.place.startsWith("DateTimeRange.");
        const isMoment = found.name.endsWith("At") || isEnd;
        const isRange = found.name.endsWith("Between");
        return (
          (named(found) === "DateTime") === isMoment &&
          (named(found) === "DateTimeRange") === isRange
        );
      }),
    bad: {
      sdl: `scalar DateTime input DateTimeRange { from: DateTime }
        type Query { date: DateTime, madeAt: String, posts(published: DateTimeRange): Int }`,
      places: ["Query.date", "Query.madeAt", "Query.posts(published)"],
    },
  },
  {
    name: "has no null in a list; only nodes leaves places empty",
    breaches: (schema) =>
      without(schema, (found) => {
        const type = getNullableType(found.type);
        return !isListType(type) || isNonNullType(type.ofType) || found.place === "Query.nodes";
      }),
    bad: {
      sdl: `type Query { nodes: [Int], names: [String]!, posts(ids: [ID]): [Int!] }`,
      places: ["Query.names", "Query.posts(ids)"],
    },
  },
  {
    name: "calls a list in the plural",
    breaches: (schema) =>
      without(
        schema,
        (found) =>
          !(isList(found) || named(found).endsWith("Connection")) ||
          found.name.endsWith("s") ||
          found.name === "media",
      ),
    bad: {
      sdl: `type Query { post: [Int!], tag: TagConnection, tags: TagConnection, media: [Int!] }
        type TagConnection { nodes: [Int!] }`,
      places: ["Query.post", "Query.tag"],
    },
  },
  {
    name: "asks with a Boolean: is…, has…, or what something does",
    breaches: (schema) =>
      without(
        schema,
        (found) =>
          named(found) !== "Boolean" || /^([a-z]+s|can|may|was|will)[A-Z]/.test(found.name),
      ),
    bad: {
      sdl: `type Query { isHidden: Boolean, startsThread: Boolean, visible: Boolean, post(deep: Boolean): Int }`,
      places: ["Query.visible", "Query.post(deep)"],
    },
  },
  {
    name: "takes an ordering as orderBy: …Order and a filter as filter: …Filter, and nothing else so",
    breaches: (schema) =>
      without(schema, (found) => {
        const { name, type, isInput } = found;
        const isOrder = isInput && isEnumType(getNamedType(type)) && named(found).endsWith("Order");
        const isFilter = isInput && named(found).endsWith("Filter");
        return (name === "orderBy") === isOrder && (name === "filter") === isFilter;
      }),
    bad: {
      sdl: `enum PostOrder { NAME } enum Sort { NAME } input PostFilter { name: String }
        type Query { a(orderBy: Sort): Int, b(sort: PostOrder): Int, c(filter: String): Int, d(where: PostFilter): Int,
          fine(filter: PostFilter, orderBy: PostOrder): Int }`,
      places: ["Query.a(orderBy)", "Query.b(sort)", "Query.c(filter)", "Query.d(where)"],
    },
  },
  {
    name: "says in an input's name what it is for, and in no name what kind of type it is",
    breaches: (schema) =>
      ownTypes(schema)
        .filter(({ name }) => schema.getType(name)?.astNode)
        .filter(
          (type) =>
            /(Type|Enum|Interface|Object|Union|Scalar)$/.test(type.name) ||
            isInputObjectType(type) !== /(Input|Filter|Range)$/.test(type.name),
        )
        .map(({ name }) => name),
    bad: {
      sdl: `type Query { a: PostType, b(c: Options): KindEnum } type PostType { a: Int }
        enum KindEnum { A } input Options { a: Int } type WordFilter { a: Int }`,
      places: ["PostType", "KindEnum", "Options", "WordFilter"],
    },
  },
  {
    name: "takes what must be given first",
    breaches: (schema) =>
      without(schema, ({ args }) => {
        const required = args.map(isRequiredArgument);
        return required.lastIndexOf(true) < required.filter(Boolean).length;
      }),
    bad: {
      sdl: `type Query { a(x: Int, y: Int!): Int, b(x: Int!, y: Int): Int, c(x: Int! = 1, y: Int): Int }`,
      places: ["Query.a"],
    },
  },
  {
    name: "gives each mutation one input and a payload of its own, which may be null and has userErrors",
    breaches: (schema) =>
      Object.values(schema.getMutationType()?.getFields() ?? {})
        .filter(({ name, args, type }) => {
          const own = `${name[0]?.toUpperCase()}${name.slice(1)}`;
          const payload = isObjectType(type) && type.name === `${own}Payload` ? type : undefined;
          const errors = payload?.getFields()["userErrors"];
          const given = args.map((argument) => `${argument.name}: ${String(argument.type)}`).join();
          return given !== `input: ${own}Input!` || String(errors?.type) !== "[UserError!]!";
        })
        .map(({ name }) => `Mutation.${name}`),
    bad: {
      sdl: `type Query { a: Int }
        type UserError { message: String! }
        input MakeTagInput { name: String! } input HidePostInput { id: ID! }
        type MakeTagPayload { userErrors: [UserError!]! } type HidePostPayload { id: ID }
        type Mutation {
          makeTag(input: MakeTagInput!): MakeTagPayload
          makePost(input: MakeTagInput!): MakeTagPayload
          hidePost(input: HidePostInput!): HidePostPayload
          dropTag(id: ID!): Boolean
        }`,
      places: ["Mutation.makePost", "Mutation.hidePost", "Mutation.dropTag"],
    },
  },
];
