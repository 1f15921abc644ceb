import { useApolloClient } from "@apollo/client/react";
import { Badge, Button, Group, NativeSelect, Text } from "@mantine/core";
import { useState } from "react";
import { Link } from "wouter";
import { useChange } from "../../api/use-change.ts";
import { Confirm } from "../../components/confirm.tsx";
import { Face } from "../../components/face.tsx";
import { useNotify } from "../../components/use-notify.ts";
import {
  ChangeMemberRoleDocument,
  type ChangeMemberRoleMutation,
  CurrentViewerDocument,
  RemoveMemberDocument,
  type RemoveMemberMutation,
  type MemberPartsFragment,
  type Role,
} from "../../operations.generated.ts";
import { useFormat, useText } from "../../text/text.tsx";
import { useManages, useRoleChoices } from "./roles.ts";

/** A member; their role can be changed, and they can be removed, by whoever may. */
export function MemberRow({ member, isMe }: { member: MemberPartsFragment; isMe: boolean }) {
  const { app, settings } = useText();
  const text = settings.members;
  const format = useFormat();
  const notify = useNotify();
  const client = useApolloClient();
  const { mayFor } = useManages("MANAGE_MEMBERS");
  const choices = useRoleChoices(mayFor);
  const { displayName, email, avatarUrl, role, createdAt } = member;
  const mayChange = mayFor(role);

  const changeRole = useChange(ChangeMemberRoleDocument, {
    isNotified: true,
    optimistic: (input): ChangeMemberRoleMutation => ({
      __typename: "Mutation",
      changeMemberRole: {
        __typename: "ChangeMemberRolePayload",
        member: { ...member, role: input.role },
        userErrors: [],
      },
    }),
  });
  const choose = async (chosen: Role) => {
    const done = await changeRole.send({ memberId: member.id, role: chosen });
    // What one may do follows from one's role: the server knows.
    if (done && isMe) await client.refetchQueries({ include: [CurrentViewerDocument] });
  };

  const [isAsking, setIsAsking] = useState(false);
  const remove = useChange(RemoveMemberDocument, {
    isNotified: true,
    optimistic: (): RemoveMemberMutation => ({
      __typename: "Mutation",
      removeMember: {
        __typename: "RemoveMemberPayload",
        member: { ...member, removedAt: new Date().toISOString() },
        userErrors: [],
      },
    }),
  });
  const confirmRemoval = async () => {
    setIsAsking(false);
    const done = await remove.send({ memberId: member.id });
    if (done) notify(text.removed(displayName));
  };

  return (
    <li className="row entry-line">
      <Face name={displayName} url={avatarUrl} size={36} />
      <div className="row-content" style={{ minWidth: 180 }}>
        <Group gap="xs">
          <Text fw={600} size="sm">
            {displayName}
          </Text>
          {isMe && (
            <Badge size="sm" variant="default" tt="none">
              {text.you}
            </Badge>
          )}
        </Group>
        <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
          {email} · {text.since(format.day(createdAt))}
        </Text>
      </div>
      {mayChange ? (
        <Group gap="xs" wrap="nowrap">
          <NativeSelect
            w={150}
            size="sm"
            aria-label={settings.roleOf(displayName)}
            data={choices}
            value={role}
            onChange={(event) => void choose(event.currentTarget.value as Role)}
          />
          {isMe ? (
            <Button component={Link} href="/settings/workspace" variant="default" w={100}>
              {text.leave}
            </Button>
          ) : (
            <Button
              variant="default"
              w={100}
              px="xs"
              aria-label={`${text.remove}: ${displayName}`}
              onClick={() => setIsAsking(true)}
            >
              {text.remove}
            </Button>
          )}
        </Group>
      ) : (
        <Text size="sm" c="dimmed">
          {app.role[role]}
        </Text>
      )}
      <Confirm
        isOpen={isAsking}
        title={text.removeTitle(displayName)}
        text={text.removeText}
        action={text.remove}
        confirm={confirmRemoval}
        cancel={() => setIsAsking(false)}
      />
    </li>
  );
}
