import { Anchor, Button, Group, Skeleton, Stack, Text } from "@mantine/core";
import { parse, print } from "graphql";
import { useState } from "react";
import { Link } from "wouter";
import { useHistoryState } from "wouter/use-browser-location";
import type { OperationDetail } from "../../../../src/lens/wire.ts";
import { RefusedError } from "../../api/refused.ts";
import { Empty } from "../../components/empty.tsx";
import { Icon } from "../../components/icons.tsx";
import { ProblemNotice } from "../../components/problem-notice.tsx";
import { useFormat, useText } from "../../text/text.tsx";
import { AgreedBudget } from "./agreed-budget.tsx";
import { CodeBlock } from "./code-block.tsx";
import { FieldCosts } from "./field-costs.tsx";
import { Hints } from "./hints.tsx";
import { LensPage } from "./lens-page.tsx";
import { Marks } from "./marks.tsx";
import { Facts, Section } from "./section.tsx";
import { StatementList } from "./statement-list.tsx";
import { useAsked } from "./use-asked.ts";
import { Waterfall } from "./waterfall.tsx";

/** One operation: what it asked of the database, when, and what could be better. */
export function Operation({ id }: { id: string }) {
  const { lens: text, app } = useText();
  const { data, error, isLoading, retry } = useAsked<OperationDetail>(
    `operations/${encodeURIComponent(id)}`,
  );
  // The list with the filters from which somebody came.
  const { search = "" } = useHistoryState<{ search?: string } | null>() ?? {};
  const back = search ? `/lens?${search}` : "/lens";
  const isMissing = error instanceof RefusedError && error.code === "NOT_FOUND";
  return (
    <LensPage
      title={data ? (data.name ?? text.unnamed) : text.pages.operations}
      aside={data && <Marks operation={data} />}
    >
      <Anchor component={Link} href={back} size="sm">
        <Icon name="left" size={14} /> {text.operation.back}
      </Anchor>
      {isMissing && (
        <Empty {...text.operation.missing}>
          <Button component={Link} href={back}>
            {text.operation.back}
          </Button>
        </Empty>
      )}
      {error !== undefined && !isMissing && <ProblemNotice error={error} retry={retry} />}
      {isLoading && !data && (
        <Stack gap="md" role="status" aria-label={app.loading}>
          <Skeleton h={150} radius="lg" />
          <Skeleton h={90} radius="lg" />
          <Skeleton h={320} radius="lg" />
        </Stack>
      )}
      {data && <Shown operation={data} />}
    </LensPage>
  );
}

function Shown({ operation }: { operation: OperationDetail }) {
  const { lens } = useText();
  const text = lens.operation;
  const [chosen, setChosen] = useState<{ index: number }>();
  const { query, variables, batches } = operation;
  const formatted = query === null ? null : pretty(query);
  return (
    <Stack gap="md">
      <Figures operation={operation} />
      <Hints operation={operation} />
      <Waterfall operation={operation} open={(index) => setChosen({ index })} />
      {batches.length > 0 && <StatementList operation={operation} chosen={chosen} />}
      <Section title={lens.fields.title} hint={lens.fields.explanation}>
        <FieldCosts fields={operation.fields} hasActual why={operation.incomplete} />
      </Section>
      <AgreedBudget agreed={operation.agreed} />
      <Section title={text.query} hint={formatted === null ? undefined : text.strings}>
        {formatted === null ? (
          <Text size="sm">{text.noQuery}</Text>
        ) : (
          <CodeBlock code={formatted} label={text.query}>
            <Button
              renderRoot={(props) => (
                <Link {...props} href="/lens/dry-run" state={{ query: formatted }} />
              )}
              size="compact-sm"
              variant="default"
            >
              {text.dryRun}
            </Button>
          </CodeBlock>
        )}
        {variables.length > 0 && (
          <>
            <Text size="sm" fw={600} mt="md">
              {text.variables}
            </Text>
            <ul className="plain-list">
              {variables.map(({ name, type, isGiven }) => (
                <li key={name}>
                  <Group gap="xs" fz="sm">
                    <code>
                      ${name}: {type}
                    </code>
                    <Text span size="sm" c="dimmed">
                      {isGiven ? text.given : text.notGiven}
                    </Text>
                  </Group>
                </li>
              ))}
            </ul>
          </>
        )}
      </Section>
    </Stack>
  );
}

function Figures({ operation }: { operation: OperationDetail }) {
  const { lens } = useText();
  const format = useFormat();
  const text = lens.operation;
  const { cost, overhead } = operation;
  const number = (value: number | null) => (value === null ? "–" : format.number(value));
  const ms = (value: number) => lens.ms(format.tenths(value));
  return (
    <Section title={text.summary}>
      <Facts
        facts={[
          [text.total, ms(operation.ms)],
          [text.sql, ms(operation.sqlMs)],
          [
            text.statements,
            <>
              {format.number(operation.statements)}{" "}
              {overhead > 0 && (
                <Text span size="xs" c="dimmed">
                  {text.overhead(overhead)}
                </Text>
              )}
            </>,
          ],
          [text.batches, format.number(operation.loaderBatches)],
          [text.rows, format.number(operation.rows)],
          [
            text.cost,
            cost ? text.costOf(format.number(cost.used), format.number(cost.requested)) : "–",
          ],
          [text.complexity, number(operation.complexity)],
          [text.depth, number(operation.depth)],
          [text.nodes, number(operation.nodes)],
          [text.status, ["HTTP", operation.status, ...operation.codes].join(" ")],
          [
            text.at,
            <time key="at" dateTime={operation.at}>
              {format.moment(operation.at)}
            </time>,
          ],
          [text.requestId, <code key="id">{operation.id}</code>],
        ]}
      />
    </Section>
  );
}

/** The document as it is written by hand; as it was sent, where it is none. */
function pretty(query: string): string {
  try {
    return print(parse(query));
  } catch {
    return query;
  }
}
