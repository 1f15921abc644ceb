import { Box, Text, Title } from "@mantine/core";
import { useId, type ReactNode } from "react";

/** A part of a page, below its heading. */
export function Section({
  title,
  hint,
  children,
}: {
  title: string;
  hint?: string | undefined;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <Box component="section" className="surface" p="md" miw={0} aria-labelledby={id}>
      <Title order={2} size="h5" id={id} mb={hint ? 2 : "sm"}>
        {title}
      </Title>
      {hint && (
        <Text size="sm" c="dimmed" mb="sm">
          {hint}
        </Text>
      )}
      {children}
    </Box>
  );
}

/** Names and what they are, side by side. */
export function Facts({ facts }: { facts: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="lens-figures">
      {facts.map(([name, value]) => (
        <div key={name}>
          <Text component="dt" size="xs" c="dimmed">
            {name}
          </Text>
          <Text component="dd" m={0} fw={600} style={{ overflowWrap: "anywhere" }}>
            {value}
          </Text>
        </div>
      ))}
    </dl>
  );
}
