import { Group, Stack, Title } from "@mantine/core";
import { useEffect, useRef, type ReactNode } from "react";
import { useText } from "../text/text.tsx";

/** The page that was opened first keeps the focus where the browser puts it. */
let isFirst = true;

/** Whoever goes back finds the place where they were; a page that is opened anew begins at its top. */
let wentBack = false;
addEventListener("popstate", () => {
  wentBack = true;
});

/**
 * A page below its heading. After navigation the heading has the focus, so that a screen reader says where
 * one is and Tab goes on from there.
 */
export function Page({
  title,
  aside,
  children,
}: {
  title: string;
  /** Beside the heading. */
  aside?: ReactNode;
  children: ReactNode;
}) {
  const { app } = useText();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · ${app.name}`;
  }, [title, app]);
  useEffect(() => {
    if (!isFirst) {
      heading.current?.focus({ preventScroll: true });
      if (!wentBack) scrollTo(0, 0);
    }
    isFirst = false;
    wentBack = false;
  }, []);
  return (
    <Stack gap="lg">
      <Group justify="space-between" align="center" gap="xs" mih={40}>
        <Title order={1} size="h2" ref={heading} tabIndex={-1}>
          {title}
        </Title>
        {aside}
      </Group>
      {children}
    </Stack>
  );
}
