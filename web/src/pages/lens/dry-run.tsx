import { Alert, Button, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useState, type SubmitEvent } from "react";
import { useHistoryState } from "wouter/use-browser-location";
import type { DryRunAnswer, DryRunRequest } from "../../../../src/lens/wire.ts";
import { ProblemNotice } from "../../components/problem-notice.tsx";
import type { Texts } from "../../text/en.ts";
import { useText } from "../../text/text.tsx";
import { useLensApi } from "./api.ts";
import { DryRunResult } from "./dry-run-result.tsx";
import { LensPage } from "./lens-page.tsx";

interface Typed {
  query: string;
  variables: string;
  operationName: string;
}

interface Foreseen {
  /** What it was foreseen for. */
  typed: Typed;
  answer: DryRunAnswer;
}

/** What an operation would cost and send, without executing it. */
export function DryRun() {
  const { lens } = useText();
  const text = lens.dry;
  const api = useLensApi();
  const { query = "" } = useHistoryState<{ query?: string } | null>() ?? {};
  const [typed, setTyped] = useState<Typed>({ query, variables: "", operationName: "" });
  const [foreseen, setForeseen] = useState<Foreseen>();
  const [error, setError] = useState<unknown>();
  const [wrong, setWrong] = useState<Partial<Typed>>({});
  const [isBusy, setIsBusy] = useState(false);
  const change = (changed: Partial<Typed>) => {
    setTyped((before) => ({ ...before, ...changed }));
    setWrong({});
  };

  const run = async () => {
    const { request, wrong: found } = readTyped(typed, text);
    setWrong(found);
    if (!request) return;
    setIsBusy(true);
    setError(undefined);
    try {
      setForeseen({ typed, answer: await api.post<DryRunAnswer>("dry-run", request) });
    } catch (thrown) {
      setError(thrown);
    } finally {
      setIsBusy(false);
    }
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void run();
  };
  const monospace = { input: { fontFamily: "var(--mantine-font-family-monospace)" } };

  return (
    <LensPage title={lens.pages.dryRun}>
      <Text c="dimmed">{text.lead}</Text>
      <form onSubmit={submit} noValidate>
        <Stack className="surface" p="md" gap="sm">
          <Textarea
            label={text.query}
            rows={12}
            required
            spellCheck={false}
            styles={monospace}
            value={typed.query}
            error={wrong.query}
            placeholder={"{\n  accounts(first: 10) {\n    nodes { displayName }\n  }\n}"}
            onChange={(event) => change({ query: event.currentTarget.value })}
          />
          <Textarea
            label={text.variables}
            rows={3}
            spellCheck={false}
            styles={monospace}
            value={typed.variables}
            error={wrong.variables}
            placeholder={'{ "first": 10 }'}
            onChange={(event) => change({ variables: event.currentTarget.value })}
          />
          <TextInput
            label={text.operationName}
            spellCheck={false}
            value={typed.operationName}
            onChange={(event) => change({ operationName: event.currentTarget.value })}
          />
          <Button type="submit" loading={isBusy} style={{ alignSelf: "flex-start" }}>
            {text.run}
          </Button>
        </Stack>
      </form>
      {error !== undefined && <ProblemNotice error={error} retry={run} />}
      {foreseen && foreseen.typed !== typed && (
        <Alert variant="outline" color="gray" role="note" className="surface">
          {text.changed}
        </Alert>
      )}
      {foreseen && <DryRunResult answer={foreseen.answer} />}
    </LensPage>
  );
}

/** What is to be asked, or what is wrong with what was typed. */
function readTyped(
  { query, variables, operationName }: Typed,
  text: Texts["lens"]["dry"],
): { request?: DryRunRequest; wrong: Partial<Typed> } {
  if (!query.trim()) return { wrong: { query: text.noQuery } };
  const request: DryRunRequest = {
    query,
    ...(operationName.trim() ? { operationName: operationName.trim() } : {}),
  };
  if (!variables.trim()) return { request, wrong: {} };
  try {
    const parsed: unknown = JSON.parse(variables);
    if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
      return { wrong: { variables: text.wrongJson(text.notObject) } };
    }
    return { request: { ...request, variables: parsed as Record<string, unknown> }, wrong: {} };
  } catch (error) {
    return { wrong: { variables: text.wrongJson((error as Error).message) } };
  }
}
