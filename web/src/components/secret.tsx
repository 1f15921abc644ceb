import { Alert, Button, CopyButton, Group, Stack, Text, TextInput } from "@mantine/core";
import { useEffect, useRef } from "react";
import { useText } from "../text/text.tsx";

/** What is shown this once: selected by a click, copied by another. */
export function Secret({
  title,
  label,
  hint,
  value,
  done,
}: {
  title: string;
  label: string;
  hint: string;
  value: string;
  done: () => void;
}) {
  const { settings: text } = useText();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  return (
    <Alert
      color="teal"
      variant="outline"
      className="surface"
      role="status"
      title={title}
      styles={{ title: { color: "var(--mantine-color-text)" } }}
    >
      <Stack gap="sm">
        <Text size="sm">{hint}</Text>
        <Group align="flex-end" gap="xs">
          <TextInput
            ref={field}
            label={label}
            value={value}
            readOnly
            flex={1}
            miw={200}
            styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
            onFocus={(event) => event.currentTarget.select()}
          />
          <CopyButton value={value}>
            {({ copied, copy }) => (
              <Button onClick={copy}>{copied ? text.copied : text.copy}</Button>
            )}
          </CopyButton>
          <Button variant="default" onClick={done}>
            {text.done}
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}
