import type { GraphQLNamedType } from "graphql";

/** Limits that let an operation ask for everything; for `createTestApp`. */
export const noLimits = {
  MAX_TOKENS: "100000",
  MAX_SELECTIONS: "100000",
  MAX_ALIASES: "100000",
  MAX_ROOT_FIELDS: "100000",
  MAX_DIRECTIVES: "100000",
  MAX_DEPTH: "1000",
  MAX_COMPLEXITY: "1000000",
};

export { nodeTypes, objectTypes, ownTypes, selectEverything } from "../../src/audit/api/select.ts";

/** Only mutations answer with it: test/mutations.test.ts. */
export const isWritten = ({ name }: GraphQLNamedType): boolean =>
  /^(Mutation|UserError|ViewerWorkspace|\w+Payload)$/.test(name);
