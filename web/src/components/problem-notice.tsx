import { Alert, Button, Code, CopyButton, Group, Stack, Text } from "@mantine/core";
import { problemOf } from "../api/problem.ts";
import { useText } from "../text/text.tsx";

/** An error as people can use it: what happened, the request's id for whoever can look it up, and a retry. */
export function ProblemNotice({
  error,
  retry,
  isPartial = false,
}: {
  error: unknown;
  retry?: (() => unknown) | undefined;
  /** Whether the rest is shown. */
  isPartial?: boolean;
}) {
  const texts = useText();
  const { problem } = texts;
  const { text, detail, requestId } = problemOf(error, texts);
  return (
    <Alert
      color="red"
      variant="outline"
      role="alert"
      className="surface"
      title={isPartial ? problem.partly : problem.title}
      styles={{ title: { color: "var(--mantine-color-text)" } }}
    >
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{text}</Text>
        {detail && (
          <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
            {detail}
          </Text>
        )}
        <Group gap="xs">
          {retry && (
            <Button size="xs" onClick={() => void retry()}>
              {problem.retry}
            </Button>
          )}
          {requestId && (
            <>
              <Code>{problem.requestId(requestId)}</Code>
              <CopyButton value={requestId}>
                {({ copied, copy }) => (
                  <Button size="xs" variant="default" onClick={copy}>
                    {copied ? problem.copied : problem.copy}
                  </Button>
                )}
              </CopyButton>
            </>
          )}
        </Group>
      </Stack>
    </Alert>
  );
}
