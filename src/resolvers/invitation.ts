import { acceptInvitation } from "../actions/accept-invitation.ts";
import { inviteMember } from "../actions/invite-member.ts";
import { revokeInvitation } from "../actions/revoke-invitation.ts";
import { invitationById, invitationsOfWorkspace } from "../loaders/invitation.ts";
import { memberById } from "../loaders/member.ts";
import type { Resolvers } from "../schema/types.generated.ts";
import { hasPassed } from "./moment.ts";
import { nodeId } from "./node.ts";

export const invitation = {
  Mutation: { inviteMember, revokeInvitation, acceptInvitation },
  Workspace: {
    invitations: (_, args, context) => invitationsOfWorkspace(context, args),
  },
  Invitation: {
    id: nodeId("Invitation", invitationById, (row) => row.id),
    invitedBy: (row, _, context) =>
      row.invitedById ? memberById(context).load(row.invitedById) : null,
    status: ({ acceptedAt, revokedAt, expiresAt }) => {
      if (acceptedAt) return "ACCEPTED";
      if (revokedAt) return "REVOKED";
      return hasPassed(expiresAt) ? "EXPIRED" : "OPEN";
    },
  },
} satisfies Resolvers;
