import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isObjectType,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLObjectType,
  type GraphQLSchema,
} from "graphql";

/** A connection of the schema, and how an operation gets to it. */
export interface ConnectionField {
  /** `Account.posts`, the name of its loader too. */
  name: string;
  /** The type whose ids are its parents; none for a connection of the workspace. */
  parent: string | undefined;
  orders: string[];
  filters: Record<string, readonly FilterSample[]>;
  /** An operation with the variables $parents, $first … $filter. */
  operation: string;
}

/** A value for one field of a filter. */
export interface FilterSample {
  label: string;
  value: unknown;
}

/** Values for the fields of filters whose type does not say what they may be. */
export type Samples = Record<string, readonly FilterSample[]>;

/** Every connection in the schema, with samples for every filter. */
export function connectionFields(schema: GraphQLSchema, samples: Samples): ConnectionField[] {
  return Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type))
    .flatMap((type) =>
      Object.values(type.getFields())
        .filter((field) => getNamedType(field.type).name.endsWith("Connection"))
        .map((field) => connectionField(type, field, samples)),
    );
}

function connectionField(
  type: GraphQLObjectType,
  field: GraphQLField<unknown, unknown>,
  samples: Samples,
): ConnectionField {
  const typeOf = (argument: string) => field.args.find(({ name }) => name === argument)?.type;
  const orderType = typeOf("orderBy");
  const filterType = typeOf("filter");
  const order = orderType && getNamedType(orderType);
  if (!isEnumType(order)) throw new Error(`${type.name}.${field.name} has no orderBy`);
  const filter = filterType && getNamedType(filterType);
  const fields = isInputObjectType(filter) ? Object.values(filter.getFields()) : [];

  const ofWorkspace = type.name === "Query" || type.name === "Workspace";
  const variables = [
    ...(ofWorkspace ? [] : ["$parents: [ID!]!"]),
    "$first: Int, $after: String, $last: Int, $before: String",
    `$orderBy: ${String(orderType)}`,
    ...(filterType ? [`$filter: ${String(filterType)}`] : []),
  ].join(", ");
  const given = [
    "first: $first, after: $after, last: $last, before: $before, orderBy: $orderBy",
    ...(filterType ? ["filter: $filter"] : []),
  ].join(", ");
  const page = `${field.name}(${given}) { nodes { __typename } pageInfo { startCursor endCursor } }`;
  const selection = ofWorkspace
    ? type.name === "Query"
      ? page
      : `workspace { ${page} }`
    : `nodes(ids: $parents) { ... on ${type.name} { ${page} } }`;

  return {
    name: `${type.name}.${field.name}`,
    parent: ofWorkspace ? undefined : type.name,
    orders: order.getValues().map(({ name }) => name),
    filters: Object.fromEntries(fields.map((input) => [input.name, samplesOf(input, samples)])),
    operation: `query (${variables}) { ${selection} }`,
  };
}

function samplesOf(field: GraphQLInputField, samples: Samples): readonly FilterSample[] {
  const given = samples[field.name];
  if (given) return given;
  const type = getNamedType(field.type);
  if (isEnumType(type)) {
    const words = type.getValues().map(({ name }) => name);
    return [
      { label: "one", value: [words.at(-1)] },
      { label: "many", value: words.slice(-3) },
    ];
  }
  if (type.name === "Boolean") {
    return [
      { label: "true", value: true },
      { label: "false", value: false },
    ];
  }
  throw new Error(`no sample for the filter ${field.name}`);
}

/** A filter in use: what it is called in messages, and the argument. */
export interface FilterCase {
  /** `accountIds:one statuses:many` */
  label: string;
  /** The fields in use, in the schema's order. */
  fields: string[];
  value: Record<string, unknown> | null;
}

/** No filter, every sample of every field, every pair of fields with all their samples, all fields at once. */
export function filterCases({ filters }: ConnectionField): FilterCase[] {
  const names = Object.keys(filters);
  const pairs = names.flatMap((one, index) => names.slice(index + 1).map((other) => [one, other]));
  const all = names.length < 3 ? [] : combinations({ filters }, names);
  return [
    { label: "no filter", fields: [], value: null },
    ...[...names.map((name) => [name]), ...pairs].flatMap((some) =>
      combinations({ filters }, some),
    ),
    ...all.slice(0, 1),
    ...all.slice(-1),
  ];
}

function combinations(
  { filters }: Pick<ConnectionField, "filters">,
  names: string[],
): FilterCase[] {
  let cases: FilterCase[] = [{ label: "", fields: [], value: {} }];
  for (const name of names) {
    cases = cases.flatMap(({ label, fields, value }) =>
      (filters[name] ?? []).map((sample) => ({
        label: `${label} ${name}:${sample.label}`.trim(),
        fields: [...fields, name],
        value: { ...value, [name]: sample.value },
      })),
    );
  }
  return cases;
}

/** A way to ask for a page: from which end, with which cursors. */
export interface PageShape {
  label: string;
  direction: "first" | "last";
  after: boolean;
  before: boolean;
}

const pageShapes: readonly PageShape[] = [
  { label: "first", direction: "first", after: false, before: false },
  { label: "first after", direction: "first", after: true, before: false },
  { label: "first after before", direction: "first", after: true, before: true },
  { label: "last", direction: "last", after: false, before: false },
  { label: "last before", direction: "last", after: false, before: true },
  { label: "last after before", direction: "last", after: true, before: true },
];

export interface PageCase {
  orderBy: string;
  shape: PageShape;
}

/**
 * Every filter with pages: none with every ordering and shape, one field with every shape and the orderings
 * in turn (its next sample gets the others), combined ones with one each in turn, so that their number
 * grows with the pairs of fields only.
 */
export function pageCases(
  { orders }: ConnectionField,
  filters: FilterCase[],
): [FilterCase, PageCase][] {
  const all = orders.flatMap((orderBy) => pageShapes.map((shape) => ({ orderBy, shape })));
  return filters.flatMap((filter, index) => {
    const inTurn = all.filter((_, at) => isTurnOf(orders.length, at, index));
    const pages = [all, inTurn][filter.fields.length] ?? [all[index % all.length]!];
    return pages.map((page): [FilterCase, PageCase] => [filter, page]);
  });
}

/** Whether a case, by its place among all orderings and shapes, is one for the filter of this number. */
function isTurnOf(orders: number, at: number, filter: number): boolean {
  const [order, shape] = [Math.floor(at / pageShapes.length), at % pageShapes.length];
  return (shape + filter) % orders === order;
}
