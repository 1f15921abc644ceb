import { Group, Stack, Text } from "@mantine/core";
import type { DryRunAnswer } from "../../../../src/lens/wire.ts";
import { Icon } from "../../components/icons.tsx";
import { useFormat, useText } from "../../text/text.tsx";
import { CodeBlock } from "./code-block.tsx";
import { FieldCosts } from "./field-costs.tsx";
import { Facts, Section } from "./section.tsx";

/** What was foreseen of an operation. */
export function DryRunResult({ answer }: { answer: DryRunAnswer }) {
  const { lens } = useText();
  const format = useFormat();
  const text = lens.dry;
  const { refusals, limits, heaviest, fields, statements, incomplete } = answer;
  const measures = ["depth", "complexity", "nodes"] as const;
  const isMeasured = measures.some((name) => answer[name] !== null);
  // With smaller pages, where these are what it is refused for.
  const rewritten = refusals.flatMap(({ extensions }) =>
    typeof extensions["rewritten"] === "string" ? extensions["rewritten"] : [],
  );
  return (
    <Stack gap="md">
      <Section title={answer.name ?? lens.unnamed}>
        <div role="status">
          {refusals.length === 0 ? (
            <Group gap={6}>
              <Icon name="check" size={18} color="var(--mantine-color-teal-6)" />
              <Text size="sm">{text.allowed}</Text>
            </Group>
          ) : (
            <>
              <Group gap={6}>
                <Icon name="warning" size={18} color="var(--mantine-color-red-6)" />
                <Text size="sm" fw={650}>
                  {text.refusals}
                </Text>
              </Group>
              <ul lang="en">
                {refusals.map(({ message, code }, index) => (
                  <li key={index}>
                    <Text size="sm">
                      {message} <span className="path">({code})</span>
                    </Text>
                  </li>
                ))}
              </ul>
            </>
          )}
        </div>
        {rewritten.map((query) => (
          <div key={query}>
            <Text size="sm" fw={600} mb={4}>
              {text.rewritten}
            </Text>
            <CodeBlock code={query} label={text.rewritten} />
          </div>
        ))}
        {isMeasured && (
          <Stack gap="sm" mt="sm">
            <Facts
              facts={measures.map((name) => {
                const value = answer[name];
                const most = format.number(limits[name]);
                return [
                  lens.operation[name],
                  value === null ? "–" : text.of(format.number(value), most),
                ];
              })}
            />
            {heaviest && (
              <Text size="sm">
                {text.heaviest(heaviest.path.join("."), format.number(heaviest.points))}
              </Text>
            )}
          </Stack>
        )}
      </Section>
      {fields.length > 0 && (
        <Section title={lens.fields.title} hint={lens.fields.foreseen}>
          <FieldCosts fields={fields} />
        </Section>
      )}
      {isMeasured && refusals.length === 0 && (
        <Section title={text.statements} hint={statements ? text.statementsHint : undefined}>
          {statements === null && (
            <Text size="sm" lang="en">
              {incomplete}
            </Text>
          )}
          {statements?.length === 0 && <Text size="sm">{text.none}</Text>}
          <ol className="plain-list" style={{ gap: "0.5rem" }}>
            {statements?.map(({ loader, level, fields: asking, text: sql }, index) => (
              <li key={index}>
                <details>
                  <Text component="summary" size="sm" style={{ cursor: "pointer" }}>
                    {index + 1} <span className="path">{loader}</span>{" "}
                    <Text span inherit c="dimmed">
                      {lens.waterfall.level(level)} · {asking.join(", ")}
                    </Text>
                  </Text>
                  <CodeBlock code={sql} label={`${index + 1} ${loader}`} />
                </details>
              </li>
            ))}
          </ol>
        </Section>
      )}
    </Stack>
  );
}
