import { Alert, Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";
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
  const { copy, copied, error } = useClipboard();
  useEffect(() => field.current?.focus(), []);
  // Over plain HTTP there is no clipboard: what is selected can be copied by hand.
  useEffect(() => {
    if (!error) return;
    field.current?.focus();
    field.current?.select();
  }, [error]);
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
            error={error && text.notCopied}
            value={value}
            readOnly
            flex={1}
            miw={200}
            styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
            onFocus={(event) => event.currentTarget.select()}
          />
          <Button onClick={() => copy(value)}>{copied ? text.copied : text.copy}</Button>
          <Button variant="default" onClick={done}>
            {text.done}
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}
