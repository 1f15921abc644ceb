import { invitations, type InvitationRow } from "../db/tables/invitation.ts";
import { byId } from "./by-id.ts";
import { connection } from "./connection.ts";

export const invitationById = byId<InvitationRow>("invitationById", invitations);

export const invitationsOfWorkspace = connection<InvitationRow>({
  name: "Workspace.invitations",
  table: invitations,
  orders: {
    NEWEST_FIRST: { by: invitations.createdAt, direction: "desc" },
    OLDEST_FIRST: { by: invitations.createdAt, direction: "asc" },
  },
});
