import { Alert, Button, Group, Modal, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useText } from "../text/text.tsx";
import { ProblemNotice } from "./problem-notice.tsx";

/** Asks before something that is not easily undone. */
export function Confirm({
  isOpen,
  title,
  text,
  action,
  color = "red.9",
  isBusy = false,
  error,
  refusal,
  confirm,
  cancel,
  children,
}: {
  isOpen: boolean;
  title: string;
  text: string;
  action: string;
  /** Of the button that does it: red for what is not undone. */
  color?: string;
  isBusy?: boolean;
  error?: unknown;
  /** What the server has against it. */
  refusal?: string | undefined;
  confirm: () => unknown;
  cancel: () => void;
  children?: ReactNode;
}) {
  const { settings, problem, app } = useText();
  return (
    <Modal
      opened={isOpen}
      onClose={cancel}
      title={title}
      centered
      closeButtonProps={{ "aria-label": app.close }}
      // Within the page a header of its own would be a second banner.
      attributes={{ header: { role: "presentation" } }}
      styles={{ title: { fontWeight: 650 } }}
    >
      <Stack>
        <Text size="sm">{text}</Text>
        {children}
        {refusal && (
          <Alert color="red" variant="outline" role="alert" title={problem.title}>
            {refusal}
          </Alert>
        )}
        {error !== undefined && <ProblemNotice error={error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={cancel} data-autofocus>
            {settings.cancel}
          </Button>
          <Button color={color} loading={isBusy} onClick={() => void confirm()}>
            {action}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
