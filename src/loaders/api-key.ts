import { apiKeys, type ApiKeyRow } from "../db/tables/api-key.ts";
import { byId } from "./by-id.ts";
import { connection } from "./connection.ts";

export const apiKeyById = byId<ApiKeyRow>("apiKeyById", apiKeys);

export const apiKeysOfWorkspace = connection<ApiKeyRow>({
  name: "Workspace.apiKeys",
  table: apiKeys,
  orders: {
    NEWEST_FIRST: { by: apiKeys.createdAt, direction: "desc" },
    OLDEST_FIRST: { by: apiKeys.createdAt, direction: "asc" },
  },
});
