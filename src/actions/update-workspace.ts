import { sql } from "drizzle-orm";
import { z } from "zod";
import { columnsOf, statement, value } from "../db/statement.ts";
import { workspaces, type WorkspaceRow } from "../db/tables/workspace.ts";
import { defineMutation } from "./define-mutation.ts";
import { name } from "./inputs.ts";
import { UserFailure } from "./user-error.ts";

const find = statement<WorkspaceRow>(sql`
  select ${columnsOf(workspaces)} from ${workspaces}
  where ${workspaces.workspaceId} = ${value("workspaceId", "uuid")} for update`);

const update = statement<WorkspaceRow>(sql`
  update ${workspaces} set name = ${value("name", "text")}
  where ${workspaces.workspaceId} = ${value("workspaceId", "uuid")}
  returning ${columnsOf(workspaces)}`);

/** Changes the workspace itself. */
export const updateWorkspace = defineMutation({
  name: "updateWorkspace",
  input: z.object({ name }),
  async run({ session, log }, input) {
    const [before] = await session.run(find, {}, "workspace.find");
    const [workspace] = await session.run(update, { name: input.name }, "workspace.update");
    if (!before || !workspace) throw new UserFailure("NOT_FOUND", "There is no such workspace.");
    await log({
      action: "WORKSPACE_UPDATED",
      target: { type: "Workspace", id: workspace.workspaceId, name: workspace.name },
      before: { name: before.name },
      after: { name: workspace.name },
    });
    return { workspace };
  },
});
