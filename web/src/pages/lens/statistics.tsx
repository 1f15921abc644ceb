import { Button, Skeleton, Stack, Text } from "@mantine/core";
import type { StatementFigures, StatementStatistics } from "../../../../src/lens/wire.ts";
import { Empty } from "../../components/empty.tsx";
import { ProblemNotice } from "../../components/problem-notice.tsx";
import { useFormat, useText } from "../../text/text.tsx";
import { CodeBlock } from "./code-block.tsx";
import { LensPage } from "./lens-page.tsx";
import { Section } from "./section.tsx";
import { useAsked } from "./use-asked.ts";

/** In postgresql.conf, and then in the database. */
const TURN_ON = [
  "shared_preload_libraries = 'pg_stat_statements'",
  "CREATE EXTENSION pg_stat_statements;",
];

/** The workspace's statements by time, with PostgreSQL's own figures where it keeps them. */
export function Statistics() {
  const { lens, app } = useText();
  const text = lens.statistics;
  const { data, error, isLoading, retry } = useAsked<StatementStatistics>("statements");
  return (
    <LensPage
      title={lens.pages.statements}
      aside={
        <Button
          variant="default"
          size="xs"
          loading={isLoading && data !== undefined}
          onClick={retry}
        >
          {text.again}
        </Button>
      }
    >
      <Text c="dimmed">{text.lead}</Text>
      {error !== undefined && (
        <ProblemNotice error={error} retry={retry} isPartial={data !== undefined} />
      )}
      {isLoading && !data && (
        <Skeleton h={320} radius="lg" role="status" aria-label={app.loading} />
      )}
      {data && !data.available && <TurnOn why={data.why} />}
      {data?.statements.length === 0 && <Empty {...text.empty} />}
      {data && data.statements.length > 0 && (
        <>
          <Figures statements={data.statements} hasMeans={data.available} />
          {data.available && (
            <Text size="sm" c="dimmed">
              {text.own}
            </Text>
          )}
        </>
      )}
    </LensPage>
  );
}

function TurnOn({ why }: { why: string | null }) {
  const { statistics: text } = useText().lens;
  return (
    <Section title={text.off}>
      {why && (
        <Text size="sm" lang="en">
          {why}
        </Text>
      )}
      <Text size="sm" my="xs">
        {text.how}
      </Text>
      <Stack gap="sm">
        {TURN_ON.map((code) => (
          <CodeBlock key={code} code={code} label={text.off} />
        ))}
      </Stack>
    </Section>
  );
}

function Figures({
  statements,
  hasMeans,
}: {
  statements: readonly StatementFigures[];
  hasMeans: boolean;
}) {
  const { lens } = useText();
  const format = useFormat();
  const { column } = lens.statistics;
  const orNone = (value: number | null, show: (value: number) => string) =>
    value === null ? "–" : show(value);
  const ms = (value: number) => lens.ms(format.tenths(value));
  return (
    <div className="surface scroll">
      <table className="lens-table scrolling" aria-label={lens.pages.statements}>
        <thead>
          <tr>
            <th scope="col">{column.statement}</th>
            <th scope="col" className="number">
              {column.calls}
            </th>
            <th scope="col" className="number">
              {column.total}
            </th>
            {hasMeans && (
              <>
                <th scope="col" className="number">
                  {column.mean}
                </th>
                <th scope="col" className="number">
                  {column.rows}
                </th>
                <th scope="col" className="number">
                  {column.hits}
                </th>
              </>
            )}
          </tr>
        </thead>
        <tbody>
          {statements.map(({ text, loaders, calls, totalMs, meanMs, meanRows, hitRatio }) => (
            <tr key={text}>
              <td className="name">
                <Statement text={text} loaders={loaders} />
              </td>
              <td className="number">{format.number(calls)}</td>
              <td className="number">{ms(totalMs)}</td>
              {hasMeans && (
                <>
                  <td className="number">{orNone(meanMs, ms)}</td>
                  <td className="number">{orNone(meanRows, format.tenths)}</td>
                  <td className="number">
                    {orNone(hitRatio, (value) => `${format.number(Math.round(value * 100))} %`)}
                  </td>
                </>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Statement({ text, loaders }: Pick<StatementFigures, "text" | "loaders">) {
  return (
    <details>
      <summary>
        <span className="path">{loaders.join(", ")}</span>
      </summary>
      <pre className="code">{text}</pre>
    </details>
  );
}
