/**
 * Routes have no JSON schemas: what is asked is checked by GraphQL and by zod. Without this Fastify would
 * load the compilers of such schemas, a hundred files, at every start.
 */
export const noRouteSchemas = {
  compilersFactory: { buildValidator: refuse, buildSerializer: refuse },
};

function refuse(): never {
  throw new Error("a route has a JSON schema, and routes here have none; check it in the handler");
}
