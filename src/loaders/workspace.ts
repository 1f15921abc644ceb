import { workspaces, type WorkspaceRow } from "../db/tables/workspace.ts";
import { byId } from "./by-id.ts";

export const workspaceById = byId<WorkspaceRow>("workspaceById", workspaces, {
  key: workspaces.workspaceId,
});
