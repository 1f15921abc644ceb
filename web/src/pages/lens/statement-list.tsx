import { Accordion, Group, Text } from "@mantine/core";
import type { OperationDetail } from "../../../../src/lens/wire.ts";
import { useFormat, useText } from "../../text/text.tsx";
import { CodeBlock } from "./code-block.tsx";
import { Explain } from "./explain.tsx";
import { Section } from "./section.tsx";

/** Each batch's statement, with its plan. */
export function StatementList({
  operation: { id, batches, statementTexts },
  opened,
  change,
}: {
  operation: OperationDetail;
  opened: readonly number[];
  change: (opened: number[]) => void;
}) {
  const { lens } = useText();
  const format = useFormat();
  const text = lens.sql;
  return (
    <Section title={text.title} hint={text.parameters}>
      <Accordion
        multiple
        order={3}
        chevronPosition="left"
        value={opened.map(String)}
        onChange={(values) => change(values.map(Number))}
      >
        {batches.map(({ index, loader, ms, text: number, parameters, failure, canAnalyze }) => (
          <Accordion.Item key={index} value={String(index)}>
            <Accordion.Control id={`statement-${index}`}>
              <Group justify="space-between" wrap="nowrap" fz="sm">
                <span className="path">
                  {index + 1} {loader}
                </span>
                <Text span size="sm" c="dimmed" style={{ whiteSpace: "nowrap" }}>
                  {lens.ms(format.tenths(ms))}
                </Text>
              </Group>
            </Accordion.Control>
            <Accordion.Panel>
              {/* Texts are many and long: only those that are looked at are in the page. */}
              {opened.includes(index) && (
                <>
                  {failure !== null && (
                    <Text size="sm" fw={600} mb="xs">
                      {text.failed(failure)}
                    </Text>
                  )}
                  <CodeBlock code={statementTexts[number] ?? ""} label={`${index + 1} ${loader}`} />
                  {parameters.length > 0 && (
                    <Text size="sm" c="dimmed" mt="xs" className="path">
                      {parameters.map((each, place) => `$${place + 1} ${each}`).join(", ")}
                    </Text>
                  )}
                  <Explain operationId={id} batch={index} canAnalyze={canAnalyze} />
                </>
              )}
            </Accordion.Panel>
          </Accordion.Item>
        ))}
      </Accordion>
    </Section>
  );
}
