import { Button, Group } from "@mantine/core";
import type { ReactNode } from "react";
import { Link, useLocation } from "wouter";
import { Page } from "../../components/page.tsx";
import { useText } from "../../text/text.tsx";

/** One of the lens' pages, with the way to the others. */
export function LensPage({
  title,
  aside,
  children,
}: {
  title: string;
  aside?: ReactNode;
  children: ReactNode;
}) {
  const { lens: text } = useText();
  const [location] = useLocation();
  const links = [
    ["/lens", text.pages.operations],
    ["/lens/dry-run", text.pages.dryRun],
    ["/lens/statements", text.pages.statements],
  ] as const;
  return (
    <Page title={title} aside={aside}>
      <Group component="nav" aria-label={text.title} gap={4} mt={-12}>
        {links.map(([path, label]) => (
          <Button
            key={path}
            component={Link}
            href={path}
            size="compact-md"
            variant={location === path ? "light" : "subtle"}
            color={location === path ? "brand" : "gray"}
            c={location === path ? undefined : "dimmed"}
            aria-current={location === path ? "page" : undefined}
          >
            {label}
          </Button>
        ))}
      </Group>
      {children}
    </Page>
  );
}
