import { Text } from "@mantine/core";
import { Page } from "../../components/page.tsx";
import { useText } from "../../text/text.tsx";

export default function Join() {
  const { app } = useText();
  return (
    <Page title={app.workspace}>
      <Text>{app.soon}</Text>
    </Page>
  );
}
