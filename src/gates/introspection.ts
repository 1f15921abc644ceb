import {
  getIntrospectionQuery,
  isInterfaceType,
  isObjectType,
  Kind,
  parse,
  type GraphQLSchema,
  type SelectionSetNode,
} from "graphql";
import { FragmentMemo } from "./fragments.ts";
import { operationOf, type MeasuredOperation } from "./operation.ts";

/** How many times the standard introspection an operation may read of the schema. */
const STANDARD_TIMES = 1.5;

/** About how many values the operation reads of the schema. */
export function introspectionSize(measured: MeasuredOperation): number {
  const lengthOf = listLengths(measured.schema);

  /** Within `__schema` or `__type` there are only introspection's own fields. */
  const sizeOf = (set: SelectionSetNode, inside: boolean): number => {
    let size = 0;
    for (const selection of set.selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        size += (inside ? insideSizes : outsideSizes).get(selection.name.value) ?? 0;
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        size += sizeOf(selection.selectionSet, inside);
      } else if (!selection.selectionSet) {
        size += inside ? 1 : 0;
      } else if (inside || ROOTS.has(selection.name.value)) {
        const times = lengthOf.get(selection.name.value) ?? 1;
        size += 1 + times * sizeOf(selection.selectionSet, true);
      }
    }
    return size;
  };
  const memo = (inside: boolean) =>
    new FragmentMemo(measured.fragments, ({ selectionSet }) => sizeOf(selectionSet, inside));
  const [insideSizes, outsideSizes] = [memo(true), memo(false)];
  return sizeOf(measured.operation.selectionSet, false);
}

/**
 * The most that an operation may read of the schema. Introspection is exempt from depth and
 * complexity, or no tool could read the schema; without a bound of its own, sixty aliases of
 * `fields` within `fields` would be ten megabytes.
 */
export function introspectionLimit(schema: GraphQLSchema): number {
  const document = parse(
    getIntrospectionQuery({
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      inputValueDeprecation: true,
      oneOf: true,
    }),
  );
  const operation = document.definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error("no standard introspection");
  return Math.floor(STANDARD_TIMES * introspectionSize(operationOf(schema, document, operation)));
}

const ROOTS: ReadonlySet<string> = new Set(["__schema", "__type"]);

const lengths = new WeakMap<GraphQLSchema, Map<string, number>>();

/** About how long introspection's lists are. */
function listLengths(schema: GraphQLSchema): Map<string, number> {
  const known = lengths.get(schema);
  if (known) return known;
  const types = Object.values(schema.getTypeMap());
  const withFields = types.filter((type) => isObjectType(type) || isInterfaceType(type));
  const fields = withFields.flatMap((type) => Object.values(type.getFields()));
  const withArguments = fields.filter(({ args }) => args.length > 0);
  const count = withArguments.reduce((sum, { args }) => sum + args.length, 0);
  const members = Math.max(1, Math.ceil(fields.length / withFields.length));
  const found = new Map([
    ["types", types.length],
    ["directives", schema.getDirectives().length],
    ["fields", members],
    ["inputFields", members],
    ["enumValues", members],
    ["possibleTypes", members],
    ["interfaces", 1],
    ["args", Math.max(1, Math.ceil(count / Math.max(1, withArguments.length)))],
  ]);
  lengths.set(schema, found);
  return found;
}
