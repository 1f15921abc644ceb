import { useQuery } from "@apollo/client/react";
import { Badge, Button, Group, Text } from "@mantine/core";
import { useState } from "react";
import { useChange } from "../../api/use-change.ts";
import { Confirm } from "../../components/confirm.tsx";
import {
  InvitationsDocument,
  RevokeInvitationDocument,
  type RevokeInvitationMutation,
  type InvitationPartsFragment,
} from "../../operations.generated.ts";
import { useFormat, useText } from "../../text/text.tsx";
import { InviteForm } from "./invite-form.tsx";
import { List } from "./list.tsx";
import { useManages } from "./roles.ts";

/** Who is invited into the workspace, and who was. */
export function Invitations() {
  const { settings } = useText();
  const text = settings.invitations;
  const { data, error, loading, refetch, fetchMore } = useQuery(InvitationsDocument);
  const known = data?.workspace?.invitations;
  const invitations = known?.edges.map(({ node }) => node);
  return (
    <List
      title={text.title}
      before={
        data?.workspace && (
          <InviteForm workspaceId={data.workspace.id} invitations={invitations ?? []} />
        )
      }
      error={error}
      isLoading={loading}
      retry={() => refetch()}
      count={invitations?.length}
      empty={
        <Text size="sm" c="dimmed">
          {text.none}
        </Text>
      }
      more={
        known?.pageInfo.hasNextPage
          ? {
              label: text.more,
              load: () => fetchMore({ variables: { after: known.pageInfo.endCursor } }),
            }
          : undefined
      }
    >
      {invitations?.map((invitation) => (
        <InvitationRow key={invitation.id} invitation={invitation} />
      ))}
    </List>
  );
}

function InvitationRow({ invitation }: { invitation: InvitationPartsFragment }) {
  const { app, settings } = useText();
  const text = settings.invitations;
  const format = useFormat();
  const { mayFor } = useManages("MANAGE_MEMBERS");
  const [isAsking, setIsAsking] = useState(false);
  const { id, email, role, status, expiresAt, invitedBy } = invitation;
  const revoke = useChange(RevokeInvitationDocument, {
    isNotified: true,
    optimistic: (): RevokeInvitationMutation => ({
      __typename: "Mutation",
      revokeInvitation: {
        __typename: "RevokeInvitationPayload",
        invitation: { ...invitation, status: "REVOKED", revokedAt: new Date().toISOString() },
        userErrors: [],
      },
    }),
  });
  const confirm = () => {
    setIsAsking(false);
    return revoke.send({ invitationId: id });
  };
  const details = [
    app.role[role],
    invitedBy && text.by(invitedBy.displayName),
    status === "OPEN" && text.until(format.moment(expiresAt)),
  ];
  return (
    <li className="row entry-line">
      <div className="row-content" style={{ minWidth: 180 }}>
        <Text size="sm" fw={600} style={{ overflowWrap: "anywhere" }}>
          {email}
        </Text>
        <Text size="xs" c="dimmed">
          {details.filter(Boolean).join(" · ")}
        </Text>
      </div>
      <Group gap="xs">
        <Badge variant="default" tt="none">
          {text.status[status]}
        </Badge>
        {status === "OPEN" && mayFor(role) && (
          <Button
            variant="default"
            size="sm"
            aria-label={`${text.revoke}: ${email}`}
            onClick={() => setIsAsking(true)}
          >
            {text.revoke}
          </Button>
        )}
      </Group>
      <Confirm
        isOpen={isAsking}
        title={text.revokeTitle(email)}
        text={text.revokeText}
        action={text.revoke}
        confirm={confirm}
        cancel={() => setIsAsking(false)}
      />
    </li>
  );
}
