import { createApiKey } from "../actions/create-api-key.ts";
import { revokeApiKey } from "../actions/revoke-api-key.ts";
import { rotateApiKey } from "../actions/rotate-api-key.ts";
import { apiKeyById, apiKeysOfWorkspace } from "../loaders/api-key.ts";
import type { Resolvers } from "../schema/types.generated.ts";
import { hasPassed } from "./moment.ts";
import { nodeId } from "./node.ts";
import { scopeWords } from "./viewer.ts";

export const apiKey = {
  Mutation: { createApiKey, rotateApiKey, revokeApiKey },
  Workspace: {
    apiKeys: (_, args, context) => apiKeysOfWorkspace(context, args),
  },
  ApiKey: {
    id: nodeId("ApiKey", apiKeyById, (row) => row.id),
    scopes: ({ scopes }) => scopeWords(scopes),
    status: ({ revokedAt, expiresAt, replacedById }) => {
      if (revokedAt) return "REVOKED";
      if (hasPassed(expiresAt)) return "EXPIRED";
      return replacedById ? "ROTATED" : "ACTIVE";
    },
    replacedBy: (row, _, context) =>
      row.replacedById ? apiKeyById(context).load(row.replacedById) : null,
    showsCost: ({ showCost }) => showCost,
    isTrustedDocumentsOnly: ({ trustedDocumentsOnly }) => trustedDocumentsOnly,
  },
} satisfies Resolvers;
