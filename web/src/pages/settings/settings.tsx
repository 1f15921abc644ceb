import { Text } from "@mantine/core";
import { Page } from "../../components/page.tsx";
import { useText } from "../../text/text.tsx";

export default function Settings() {
  const { app } = useText();
  return (
    <Page title={app.pages.settings}>
      <Text>{app.soon}</Text>
    </Page>
  );
}
