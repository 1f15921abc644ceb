import { Group, Text, Title } from "@mantine/core";
import type { Hint, OperationDetail } from "../../../../src/lens/wire.ts";
import { Icon } from "../../components/icons.tsx";
import { useFormat, useText } from "../../text/text.tsx";
import { ranges } from "./ranges.ts";
import { Section } from "./section.tsx";

/** What could be better, and what to do about it. */
export function Hints({ operation }: { operation: OperationDetail }) {
  const { lens: text, overview } = useText();
  const { colon } = overview;
  const { hints, batches, incomplete } = operation;
  const advise = useAdvice(batches);
  if (batches.length === 0) return null;
  return (
    <Section title={text.operation.hints}>
      {hints.length === 0 ? (
        <Text size="sm" c="dimmed" lang={incomplete === null ? undefined : "en"}>
          {incomplete ?? text.operation.noHints}
        </Text>
      ) : (
        <ul className="plain-list" style={{ gap: "1rem" }}>
          {hints.map((hint, index) => (
            <li key={index}>
              <Group gap={6} wrap="nowrap" align="center">
                <Icon
                  name={hint.kind === "revisit" ? "eye" : "warning"}
                  size={18}
                  color={hint.kind === "split" ? "var(--mantine-color-orange-6)" : "currentColor"}
                />
                <Title order={3} size="h6">
                  {text.hints[hint.kind]}
                  {colon} <span className="path">{hint.loader}</span>
                </Title>
              </Group>
              <Text size="sm" mt={2}>
                {advise(hint)}
              </Text>
              <Text size="sm" c="dimmed" mt={2}>
                {text.advice.fields}
                {colon} <span className="path">{hint.fields.join(", ") || "–"}</span>
                {" · "}
                {text.advice.batches}
                {colon} {ranges(hint.batches.map((each) => each + 1))}
              </Text>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

/** The keys of so many batches are told one by one. */
const SPELT_OUT = 6;

/** A hint in the reader's words: the server's are English. */
function useAdvice(batches: OperationDetail["batches"]) {
  const { advice } = useText().lens;
  const format = useFormat();
  return ({ kind, loader, batches: indexes, pageSize }: Hint): string => {
    const own = indexes.flatMap((index) => batches[index] ?? []);
    const counts = own.map((each) => each.keys);
    const keys =
      counts.length <= SPELT_OUT
        ? counts.map(format.number).join(" + ")
        : format.number(counts.reduce((sum, each) => sum + each, 0));
    const { rows = 0, keys: parents = 1 } = own[0] ?? {};
    switch (kind) {
      case "split":
        return advice.split(loader, own.length, keys);
      case "revisit":
        return advice.revisit(loader, own.length, keys);
      case "needless-total":
        return advice.needlessTotal(rows);
      case "large-page":
        return advice.largePage(loader, parents, format.tenths(rows / parents), pageSize ?? 1);
    }
  };
}
