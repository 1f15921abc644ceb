import { Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

/** Where there is nothing: says why, what to do about it, and offers to. */
export function Empty({
  title,
  hint,
  children,
}: {
  title: string;
  hint: string;
  children?: ReactNode;
}) {
  return (
    <Stack className="surface" align="center" gap="xs" p="xl" ta="center">
      <Title order={2} size="h4">
        {title}
      </Title>
      <Text c="dimmed" maw={460}>
        {hint}
      </Text>
      {children}
    </Stack>
  );
}
