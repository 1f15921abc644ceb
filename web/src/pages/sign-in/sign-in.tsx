import { Alert, Button, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { useEffect, useState, type SubmitEvent } from "react";
import { problemOf } from "../../api/problem.ts";
import { RefusedError } from "../../api/refused.ts";
import { useSession } from "../../session/session.tsx";
import { useText } from "../../text/text.tsx";
import { Welcome } from "./welcome.tsx";

/** For whoever is signed out. The address stays as it was: that page comes after signing in. */
export function SignIn({ hasEnded }: { hasEnded: boolean }) {
  const texts = useText();
  const { signIn: text, app } = texts;
  const session = useSession();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [error, setError] = useState<unknown>();
  const [isBusy, setIsBusy] = useState(false);
  useEffect(() => {
    document.title = `${text.title} · ${app.name}`;
  }, [text, app]);

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setIsBusy(true);
    setError(undefined);
    try {
      await session.signIn(email, password);
    } catch (thrown) {
      setError(thrown);
      setIsBusy(false);
    }
  };

  const code = error instanceof RefusedError ? error.code : undefined;
  const known: Record<string, string> = { UNAUTHENTICATED: text.wrong, RATE_LIMITED: text.tooMany };
  const wrong =
    error === undefined ? undefined : (known[code ?? ""] ?? problemOf(error, texts).text);
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
          {hasEnded && !wrong && <Alert variant="outline">{text.ended}</Alert>}
          {wrong && (
            <Alert color="red" variant="outline" role="alert">
              {wrong}
            </Alert>
          )}
          <TextInput
            name="email"
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
            type="email"
            autoComplete="username"
            label={text.email}
            required
            withAsterisk={false}
          />
          <PasswordInput
            name="password"
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            autoComplete="current-password"
            label={text.password}
            required
            withAsterisk={false}
          />
          <Button type="submit" loading={isBusy} fullWidth>
            {text.submit}
          </Button>
          <Text size="xs" c="dimmed">
            {text.demo}
          </Text>
        </Stack>
      </form>
    </Welcome>
  );
}
