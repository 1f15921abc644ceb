import { Accordion, Group, Text } from "@mantine/core";
import { useEffect, useState } from "react";
import type { BatchDetail, OperationDetail } from "../../../../src/lens/wire.ts";
import { useFormat, useText } from "../../text/text.tsx";
import { CodeBlock } from "./code-block.tsx";
import { Explain } from "./explain.tsx";
import { ranges } from "./ranges.ts";
import { Section } from "./section.tsx";

/** A loader's batches with one text. */
type Sent = readonly [BatchDetail, ...BatchDetail[]];

/** Each statement once, however many batches sent it, with its plan. */
export function StatementList({
  operation,
  chosen,
}: {
  operation: OperationDetail;
  /** The batch that somebody wants to see; another object for each time. */
  chosen: { index: number } | undefined;
}) {
  const { lens } = useText();
  const format = useFormat();
  const text = lens.sql;
  const [opened, setOpened] = useState<string[]>([]);
  const sent = bySentText(operation.batches);
  const [shown, setShown] = useState(chosen);
  if (chosen !== shown) {
    setShown(chosen);
    setOpened((before) => [...before, String(firstBeside(operation.batches, chosen))]);
  }
  useEffect(() => {
    if (!chosen) return;
    const control = document.getElementById(idOf(firstBeside(operation.batches, chosen)));
    control?.scrollIntoView({ block: "start" });
    control?.focus({ preventScroll: true });
  }, [operation.batches, chosen]);

  return (
    <Section title={text.title} hint={text.parameters}>
      <Accordion multiple order={3} chevronPosition="left" value={opened} onChange={setOpened}>
        {sent.map((batches) => {
          const [{ index, loader, text: place, parameters }] = batches;
          const ms = batches.reduce((sum, each) => sum + each.ms, 0);
          const failures = new Set(batches.flatMap(({ failure }) => failure ?? []));
          const explained =
            batches.find((each) => each.index === chosen?.index) ?? slowestOf(batches);
          return (
            <Accordion.Item key={index} value={String(index)}>
              <Accordion.Control id={idOf(index)} className="statement">
                <Group justify="space-between" wrap="nowrap" fz="sm">
                  <span>
                    <span className="path">{loader}</span>{" "}
                    <Text span inherit c="dimmed">
                      {text.batches(ranges(batches.map((each) => each.index + 1)), batches.length)}
                    </Text>
                  </span>
                  <Text span size="sm" c="dimmed" style={{ whiteSpace: "nowrap" }}>
                    {lens.ms(format.tenths(ms))}
                  </Text>
                </Group>
              </Accordion.Control>
              <Accordion.Panel>
                {/* Texts are long: only those that are looked at are in the page. */}
                {opened.includes(String(index)) && (
                  <>
                    {[...failures].map((failure) => (
                      <Text key={failure} size="sm" fw={600} mb="xs">
                        {text.failed(failure)}
                      </Text>
                    ))}
                    <CodeBlock code={operation.statementTexts[place] ?? ""} label={loader} />
                    {parameters.length > 0 && (
                      <Text size="sm" c="dimmed" mt="xs" className="path">
                        {parameters.map((name, at) => `$${at + 1} ${name}`).join(", ")}
                      </Text>
                    )}
                    {batches.length > 1 && (
                      <Text size="sm" c="dimmed" mt="xs">
                        {text.explained(explained.index + 1)}
                      </Text>
                    )}
                    <Explain
                      key={explained.index}
                      operationId={operation.id}
                      batch={explained.index}
                      canAnalyze={explained.canAnalyze}
                    />
                  </>
                )}
              </Accordion.Panel>
            </Accordion.Item>
          );
        })}
      </Accordion>
    </Section>
  );
}

const idOf = (index: number) => `statement-${index}`;

/** Index of the batch that stands for all that sent the same. */
const firstBeside = (batches: readonly BatchDetail[], chosen: { index: number } | undefined) =>
  bySentText(batches).find((sent) => sent.some(({ index }) => index === chosen?.index))?.[0]
    .index ?? 0;

const slowestOf = (batches: Sent): BatchDetail =>
  batches.reduce((one, other) => (other.ms > one.ms ? other : one));

function bySentText(batches: readonly BatchDetail[]): Sent[] {
  const sent = new Map<string, [BatchDetail, ...BatchDetail[]]>();
  for (const batch of batches) {
    const key = `${batch.loader} ${batch.text}`;
    const same = sent.get(key);
    if (same) same.push(batch);
    else sent.set(key, [batch]);
  }
  return [...sent.values()];
}
