import { Button, Stack, Text, Title } from "@mantine/core";
import { useSession } from "../../session/session.tsx";
import { useText } from "../../text/text.tsx";
import { Welcome } from "./welcome.tsx";

/** For a person who is a member of no workspace. */
export function NoWorkspace() {
  const { noWorkspace, app } = useText();
  const { signOut } = useSession();
  return (
    <Welcome>
      <Stack align="flex-start">
        <Title order={1} size="h2">
          {noWorkspace.title}
        </Title>
        <Text>{noWorkspace.hint}</Text>
        <Button variant="default" onClick={() => void signOut()}>
          {app.signOut}
        </Button>
      </Stack>
    </Welcome>
  );
}
