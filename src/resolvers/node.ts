import type DataLoader from "dataloader";
import { isObjectType, type GraphQLSchema } from "graphql";
import { viewerOf, type RequestContext } from "../context.ts";
import { badUserInput } from "../errors.ts";
import { withAll } from "../execution/resolve-all.ts";
import { fromGlobalId, toGlobalId, toGlobalIds } from "../loaders/global-id.ts";
import { permissionOf } from "../schema/permissions.ts";
import type { NodeResolvers, Resolvers, ResolversParentTypes } from "../schema/types.generated.ts";

type NodeType = NonNullable<Awaited<ReturnType<NodeResolvers["__resolveType"]>>>;
type RowOf<Type extends NodeType> = ResolversParentTypes[Type];
type LoaderOf<Row> = (context: RequestContext) => DataLoader<string, Row | null>;

/**
 * The field `id` of a type that is a Node: its global id, and the loader by which `node` finds the row
 * again. `key` is the row's own id.
 */
export function nodeId<Type extends NodeType>(
  type: Type,
  byId: LoaderOf<RowOf<Type>>,
  key: (row: RowOf<Type>) => string,
) {
  const resolve = withAll(
    (row: RowOf<Type>) => toGlobalId(type, key(row)),
    (rows) => toGlobalIds(type, rows.map(key)),
  );
  return { resolve, extensions: { byId } };
}

/** What {@link nodeId} left in the schema. */
function loaderOf(schema: GraphQLSchema, name: string): LoaderOf<object> | undefined {
  const type = schema.getType(name);
  const id = isObjectType(type) ? type.getFields()["id"] : undefined;
  return id?.extensions["byId"] as LoaderOf<object> | undefined;
}

/** At most so many ids at once. */
const MAX_IDS = 100;

async function load(globalId: string, context: RequestContext, schema: GraphQLSchema) {
  const { type, id } = fromGlobalId(globalId);
  const byId = loaderOf(schema, type);
  if (!byId) throw badUserInput(`there is no node type ${type}`);
  const permission = permissionOf(schema.getType(type) ?? {});
  if (permission && !viewerOf(context).may(permission)) return null;
  const row = await byId(context).load(id);
  return row && { ...row, __typename: type };
}

export const node = {
  Query: {
    // The rows are of all types; `__resolveType` tells them apart.
    node: (_, { id }, context, { schema }) => load(id, context, schema) as never,
    nodes: (_, { ids }, context, { schema }) => {
      if (ids.length > MAX_IDS) {
        throw badUserInput(`ids has ${ids.length} values; it may have at most ${MAX_IDS}`);
      }
      // The generated type asks for plain rows in a list; graphql-js waits for each as it does elsewhere.
      return ids.map((id) => load(id, context, schema)) as never[];
    },
  },
  Node: {
    __resolveType: (row) => (row as unknown as { __typename: NodeType }).__typename,
  },
} satisfies Resolvers;
