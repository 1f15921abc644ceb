import { useMutation } from "@apollo/client/react";
import { Alert, Button, Stack, Text, Title } from "@mantine/core";
import { useEffect } from "react";
import { useLocation } from "wouter";
import { newIdempotencyKey } from "../../api/idempotency-key.ts";
import { ProblemNotice } from "../../components/problem-notice.tsx";
import { AcceptInvitationDocument } from "../../operations.generated.ts";
import { useSession } from "../../session/session.tsx";
import { useText } from "../../text/text.tsx";
import { Welcome } from "../sign-in/welcome.tsx";
import { invitationToken } from "./token.ts";

/** For who was invited and has signed in. */
export function Join() {
  const { join: text, app } = useText();
  const { chooseWorkspace } = useSession();
  const [, navigate] = useLocation();
  const [accept, { data, error, loading }] = useMutation(AcceptInvitationDocument);
  const token = invitationToken();
  const refusals = data?.acceptInvitation?.userErrors ?? [];
  useEffect(() => {
    document.title = `${text.title} · ${app.name}`;
  }, [text, app]);

  const submit = () =>
    accept({
      variables: { input: { token, idempotencyKey: newIdempotencyKey() } },
      onCompleted: ({ acceptInvitation }) => {
        const workspaceId = acceptInvitation?.workspace?.workspaceId;
        if (workspaceId === undefined) return;
        navigate("/", { replace: true });
        chooseWorkspace(workspaceId);
      },
      // It is shown.
    }).catch(() => undefined);

  return (
    <Welcome>
      <Stack>
        <div>
          <Title order={1} size="h2">
            {text.title}
          </Title>
          <Text c="dimmed">{token ? text.ready : text.noToken}</Text>
        </div>
        {error && <ProblemNotice error={error} />}
        {refusals.map(({ message }) => (
          <Alert key={message} color="red" variant="outline" role="alert">
            {message}
          </Alert>
        ))}
        <Button loading={loading} disabled={!token} onClick={() => void submit()}>
          {text.accept}
        </Button>
        <Button variant="subtle" onClick={() => navigate("/", { replace: true })}>
          {text.later}
        </Button>
      </Stack>
    </Welcome>
  );
}
