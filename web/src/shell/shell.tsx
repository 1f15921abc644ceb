import { AppShell, Box, Group, Text, UnstyledButton } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import type { ReactNode } from "react";
import { Link } from "wouter";
import { useText } from "../text/text.tsx";
import { AccountMenu } from "./account-menu.tsx";
import { Navigation, Tabs } from "./navigation.tsx";
import { WorkspaceSwitcher } from "./workspace-switcher.tsx";
import iconUrl from "../icon.svg";

/** The frame around every page: where one is, where one can go, who one is. */
export function Shell({ children }: { children: ReactNode }) {
  const { app } = useText();
  const isPhone = useMediaQuery("(max-width: 48em)", matchMedia("(max-width: 48em)").matches);
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 212, breakpoint: "sm", collapsed: { mobile: true } }}
      footer={{ height: 58, collapsed: !isPhone }}
      padding={{ base: "sm", sm: "lg" }}
    >
      <a className="skip" href="#content">
        {app.skip}
      </a>
      <AppShell.Header bg="var(--surface)">
        <Group
          h="100%"
          px={{ base: "sm", sm: "md" }}
          justify="space-between"
          wrap="nowrap"
          gap="xs"
        >
          <UnstyledButton component={Link} href="/" aria-label={app.name}>
            <Group gap={8} wrap="nowrap">
              <img src={iconUrl} alt="" width={28} height={28} />
              <Text fw={700} visibleFrom="sm">
                {app.name}
              </Text>
            </Group>
          </UnstyledButton>
          <Group gap="xs" wrap="nowrap" miw={0}>
            <WorkspaceSwitcher />
            <AccountMenu />
          </Group>
        </Group>
      </AppShell.Header>
      {!isPhone && (
        <AppShell.Navbar p="xs" bg="var(--surface)" aria-label={app.navigation}>
          <Navigation />
        </AppShell.Navbar>
      )}
      <AppShell.Main id="content" tabIndex={-1}>
        <Box maw={1240} mx="auto">
          {children}
        </Box>
      </AppShell.Main>
      {isPhone && (
        <AppShell.Footer component="nav" bg="var(--surface)" aria-label={app.navigation}>
          <Tabs />
        </AppShell.Footer>
      )}
    </AppShell>
  );
}
