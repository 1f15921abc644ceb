import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { useState } from "react";
import type { ExplainAnswer, ExplainRequest } from "../../../../src/lens/wire.ts";
import { ProblemNotice } from "../../components/problem-notice.tsx";
import { useFormat, useText } from "../../text/text.tsx";
import { useLensApi } from "./api.ts";
import { CodeBlock } from "./code-block.tsx";
import { PlanTree } from "./plan-tree.tsx";

/** The plan of a statement by one click; running it takes a second one, which says what it does. */
export function Explain({
  operationId,
  batch,
  canAnalyze,
}: {
  operationId: string;
  batch: number;
  canAnalyze: boolean;
}) {
  const { lens } = useText();
  const format = useFormat();
  const text = lens.sql;
  const api = useLensApi();
  const [isAsked, setIsAsked] = useState(false);
  const [busy, setBusy] = useState<"plan" | "analyze">();
  const [answer, setAnswer] = useState<ExplainAnswer>();
  const [error, setError] = useState<unknown>();

  const explain = async (analyze: boolean) => {
    setBusy(analyze ? "analyze" : "plan");
    setError(undefined);
    setIsAsked(false);
    const body: ExplainRequest = { batch, analyze };
    try {
      const path = `operations/${encodeURIComponent(operationId)}/explain`;
      setAnswer(await api.post<ExplainAnswer>(path, body));
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(undefined);
    }
  };
  const ms = (value: number) => lens.ms(format.tenths(value));

  return (
    <Stack gap="sm" mt="sm">
      <Group gap="xs">
        <Button size="xs" loading={busy === "plan"} onClick={() => void explain(false)}>
          {text.plan}
        </Button>
        {canAnalyze ? (
          <Button
            size="xs"
            variant="default"
            loading={busy === "analyze"}
            aria-expanded={isAsked}
            onClick={() => setIsAsked((before) => !before)}
          >
            {text.analyze}
          </Button>
        ) : (
          <Text size="sm" c="dimmed">
            {text.cannotAnalyze}
          </Text>
        )}
      </Group>
      {isAsked && (
        <Alert variant="outline" color="orange" role="group" aria-label={text.analyze}>
          <Text size="sm">{text.analyzeWhat}</Text>
          <Group gap="xs" mt="xs">
            <Button size="xs" onClick={() => void explain(true)}>
              {text.analyzeNow}
            </Button>
            <Button size="xs" variant="default" onClick={() => setIsAsked(false)}>
              {text.notNow}
            </Button>
          </Group>
        </Alert>
      )}
      {error !== undefined && <ProblemNotice error={error} />}
      <div role="status">
        {answer && (
          <Text size="sm" fw={600}>
            {answer.analyzed ? text.analyzed : text.planTitle}
            <Text span size="sm" c="dimmed">
              {[
                answer.planningMs === null ? [] : text.planning(ms(answer.planningMs)),
                answer.executionMs === null ? [] : text.execution(ms(answer.executionMs)),
              ]
                .flat()
                .map((each) => ` · ${each}`)
                .join("")}
            </Text>
          </Text>
        )}
      </div>
      {answer && (
        <>
          <PlanTree plan={answer.plan} />
          <details>
            <Text component="summary" size="sm" style={{ cursor: "pointer" }}>
              {text.raw}
            </Text>
            <CodeBlock code={JSON.stringify(answer.plan, null, 2)} label={text.raw} />
          </details>
        </>
      )}
    </Stack>
  );
}
