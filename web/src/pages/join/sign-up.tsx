import { Alert, Button, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { useEffect, useState, type SubmitEvent } from "react";
import { problemOf } from "../../api/problem.ts";
import { signUp } from "../../session/auth.ts";
import { useSession } from "../../session/session.tsx";
import { useText } from "../../text/text.tsx";
import { Welcome } from "../sign-in/welcome.tsx";
import { invitationToken } from "./token.ts";

/** For who was invited and has no account. */
export function SignUp({ signInInstead }: { signInInstead: () => void }) {
  const texts = useText();
  const { join: text, app } = texts;
  const { entered } = useSession();
  const [wanted, setWanted] = useState({ email: "", name: "", password: "" });
  const [error, setError] = useState<unknown>();
  const [isBusy, setIsBusy] = useState(false);
  const invitation = invitationToken();
  useEffect(() => {
    document.title = `${text.title} · ${app.name}`;
  }, [text, app]);

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setIsBusy(true);
    setError(undefined);
    try {
      entered(await signUp({ invitation, ...wanted }));
    } catch (thrown) {
      setError(thrown);
      setIsBusy(false);
    }
  };
  const field = (name: keyof typeof wanted) => ({
    name,
    label: text[name],
    value: wanted[name],
    required: true,
    withAsterisk: false,
    onChange: (event: { currentTarget: HTMLInputElement }) => {
      const { value } = event.currentTarget;
      setWanted((before) => ({ ...before, [name]: value }));
    },
  });

  const problem = error === undefined ? undefined : problemOf(error, texts);
  return (
    <Welcome>
      <form onSubmit={(event) => void submit(event)}>
        <Stack>
          <div>
            <Title order={1} size="h2">
              {text.title}
            </Title>
            <Text c="dimmed">{text.lead}</Text>
          </div>
          {!invitation && (
            <Alert color="red" variant="outline" role="alert">
              {text.noToken}
            </Alert>
          )}
          {problem && (
            <Alert color="red" variant="outline" role="alert">
              {problem.text} {problem.detail}
            </Alert>
          )}
          <TextInput type="email" autoComplete="username" {...field("email")} />
          <TextInput autoComplete="name" {...field("name")} />
          <PasswordInput autoComplete="new-password" minLength={10} {...field("password")} />
          <Button type="submit" loading={isBusy}>
            {text.submit}
          </Button>
          <Button variant="subtle" onClick={signInInstead}>
            {text.known}
          </Button>
        </Stack>
      </form>
    </Welcome>
  );
}
