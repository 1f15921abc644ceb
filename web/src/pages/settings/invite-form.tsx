import { Alert, Button, Group, NativeSelect, Stack, TextInput } from "@mantine/core";
import { useState, type SubmitEvent } from "react";
import { prepend } from "../../api/prepend.ts";
import { useChange } from "../../api/use-change.ts";
import { ProblemNotice } from "../../components/problem-notice.tsx";
import { Secret } from "../../components/secret.tsx";
import {
  InviteMemberDocument,
  type InvitationPartsFragment,
  type Role,
} from "../../operations.generated.ts";
import { useText } from "../../text/text.tsx";
import { useManages, useRoleChoices } from "./roles.ts";

const DAYS = [1, 7, 30];

/** Behind #, the token is sent to no server and stands in no log. */
const linkOf = (token: string) => `${location.origin}/join#${encodeURIComponent(token)}`;

/** Invites somebody; the link is shown once. */
export function InviteForm({
  workspaceId,
  invitations,
}: {
  workspaceId: string;
  invitations: readonly InvitationPartsFragment[];
}) {
  const { settings } = useText();
  const text = settings.invitations;
  const { mayFor } = useManages("MANAGE_MEMBERS");
  const roles = useRoleChoices(mayFor);
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("EDITOR");
  const [days, setDays] = useState("7");
  const [made, setMade] = useState<{ email: string; token: string }>();
  const invite = useChange(InviteMemberDocument, {
    update(cache, { invitation }) {
      if (!invitation) return;
      prepend(cache, workspaceId, "invitations", invitation);
      // Another one for the same address has lost its force.
      for (const each of invitations) {
        if (each.email !== invitation.email || each.status !== "OPEN") continue;
        cache.modify({
          id: cache.identify({ __typename: "Invitation", id: each.id }) ?? "",
          fields: { status: () => "REVOKED", revokedAt: () => invitation.createdAt },
        });
      }
    },
  });
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const payload = await invite.send({ email, role, expiresInDays: Number(days) });
    if (!payload?.token) return;
    setMade({ email, token: payload.token });
    setEmail("");
  };
  const other = invite.refusalOf(null, "idempotencyKey");

  return (
    <Stack gap="sm" className="surface" p="md">
      <form onSubmit={(event) => void submit(event)}>
        <Group align="flex-start" gap="sm">
          <TextInput
            type="email"
            name="email"
            label={text.email}
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
            error={invite.refusalOf("email")}
            autoComplete="off"
            required
            withAsterisk={false}
            flex={1}
            miw={200}
          />
          <NativeSelect
            label={settings.role}
            w={160}
            data={roles}
            value={role}
            onChange={(event) => setRole(event.currentTarget.value as Role)}
            error={invite.refusalOf("role")}
            description={settings.roles[role]}
            inputWrapperOrder={["label", "input", "description", "error"]}
          />
          <NativeSelect
            label={text.days}
            w={190}
            data={DAYS.map((n) => ({ value: String(n), label: text.dayCount(n) }))}
            value={days}
            onChange={(event) => setDays(event.currentTarget.value)}
            error={invite.refusalOf("expiresInDays")}
          />
        </Group>
        <Button type="submit" mt="sm" loading={invite.isBusy}>
          {text.submit}
        </Button>
      </form>
      {other && (
        <Alert color="red" variant="outline" role="alert">
          {other}
        </Alert>
      )}
      {invite.error !== undefined && <ProblemNotice error={invite.error} />}
      {made && (
        <Secret
          title={text.made(made.email)}
          label={text.link}
          hint={text.once}
          value={linkOf(made.token)}
          done={() => setMade(undefined)}
        />
      )}
    </Stack>
  );
}
