import { Button } from "@mantine/core";
import { Link } from "wouter";
import { Empty } from "../components/empty.tsx";
import { Page } from "../components/page.tsx";
import { useText } from "../text/text.tsx";

/** For an address that no page has. */
export function NotFound() {
  const { notFound } = useText().app;
  return (
    <Page title={notFound.title}>
      <Empty title={notFound.title} hint={notFound.hint}>
        <Button component={Link} href="/">
          {notFound.back}
        </Button>
      </Empty>
    </Page>
  );
}
