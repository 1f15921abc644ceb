import { Button, CopyButton, Group, Stack } from "@mantine/core";
import type { ReactNode } from "react";
import { useText } from "../../text/text.tsx";

/** A text to read and to copy. */
export function CodeBlock({
  code,
  label,
  children,
}: {
  code: string;
  label: string;
  /** Beside the button that copies. */
  children?: ReactNode;
}) {
  const { operation: text } = useText().lens;
  return (
    <Stack gap={6}>
      {/* It scrolls when it is long, and keys scroll only what has the focus. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre className="code" tabIndex={0} role="group" aria-label={label}>
        <code>{code}</code>
      </pre>
      <Group gap="xs">
        <CopyButton value={code}>
          {({ copied, copy }) => (
            <Button size="compact-sm" variant="default" onClick={copy}>
              {copied ? text.copied : text.copy}
            </Button>
          )}
        </CopyButton>
        {children}
      </Group>
    </Stack>
  );
}
