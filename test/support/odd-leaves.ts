import { buildSchema, isEnumType, isScalarType, type GraphQLSchema } from "graphql";
import { BAD, GOOD, GREEN } from "./odd-values.ts";

/** Leaves with forms of their own; see {@link withOddLeaves}. */
export const ODD_LEAVES = `
  scalar Any
  scalar Picky
  enum Color { RED GREEN BLUE PURPLE }`;

const COLORS: Record<string, unknown> = { RED: 0, GREEN, BLUE: "b", PURPLE: Number.NaN };

const picky = {
  serialize(value: unknown): unknown {
    if (value === 1) return "one";
    if (value === 2) return { two: [2, "\ud800"] };
    if (value === 3) return Promise.resolve({ three: 3 });
    if (value === "null") return null;
    if (value === "undefined") return undefined;
    if (value === "error") return new Error("picky about its form");
    throw new Error(`picky about ${String(value)}`);
  },
  parseValue: (value: unknown) => {
    if (value === 13) throw new Error("picky about 13");
    return { picked: value };
  },
  parseLiteral: (node: { value?: unknown }) => ({ written: node.value }),
};

/** Gives the leaves their forms: Any takes anything, Picky little, and Color's words stand for other values. */
export function withOddLeaves(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (isScalarType(type) && type.name === "Any") type.serialize = (value) => value;
    if (isScalarType(type) && type.name === "Picky") Object.assign(type, picky);
    if (isEnumType(type) && type.name === "Color") {
      for (const value of type.getValues()) value.value = COLORS[value.name];
    }
  }
  return schema;
}

/** Ways in which a value comes to be a field. */
const WAYS = ["plain", "required", "asked", "listed"] as const;

/** A value in the place of a leaf. */
export interface LeafCase {
  text: string;
  make: () => unknown;
}

/** Every odd value in every place where it may stand. */
export const leafCases = (): LeafCase[] =>
  [GOOD, BAD].flatMap((values) =>
    Object.entries(values).flatMap(([type, makes]) =>
      makes.flatMap((make) => WAYS.map((way) => ({ text: `{ holder { ${type}_${way} } }`, make }))),
    ),
  );

/** A schema for {@link leafCases}: the context says what every field of the holder is. */
export function buildLeafSchema(): GraphQLSchema {
  const types = Object.keys(GOOD);
  const fields = types.map(
    (type) =>
      `${type}_plain: ${type} ${type}_required: ${type}! ${type}_asked: ${type} ${type}_listed: [${type}!]`,
  );
  const schema = withOddLeaves(
    buildSchema(`${ODD_LEAVES} type Query { holder: Holder } type Holder { ${fields.join(" ")} }`),
  );
  const [query, holder] = [schema.getQueryType(), schema.getType("Holder")];
  if (!query || !holder || !("getFields" in holder)) throw new Error("no types");
  query.getFields()["holder"]!.resolve = (_, __, { make }: LeafCase) => {
    const held = types.flatMap((type) => [
      [`${type}_plain`, make()],
      [`${type}_required`, make()],
      [`${type}_listed`, [make()]],
    ]);
    return Object.fromEntries(held) as unknown;
  };
  for (const type of types) {
    const asked = holder.getFields()[`${type}_asked`] as { resolve?: unknown };
    asked.resolve = (_: unknown, __: unknown, { make }: LeafCase) => make();
  }
  return schema;
}
