import { Anchor, Button, Text } from "@mantine/core";
import { useState } from "react";
import type { BatchDetail, OperationDetail } from "../../../../src/lens/wire.ts";
import { useFormat, useText } from "../../text/text.tsx";
import { ranges } from "./ranges.ts";
import { Scroll } from "./scroll.tsx";
import { Section } from "./section.tsx";

const colors = ["brand-5", "teal-6", "grape-5", "cyan-7", "pink-5", "lime-7"];
const colorOf = (level: number) =>
  `var(--mantine-color-${colors[(level - 1) % colors.length] ?? "gray-5"})`;

/** More than these are shown when they are asked for: one that split can have hundreds. */
const FIRST = 20;

/** When each batch was under way: as a picture, and in figures. */
export function Waterfall({
  operation,
  open,
}: {
  operation: OperationDetail;
  open: (batch: number) => void;
}) {
  const { lens } = useText();
  const text = lens.waterfall;
  const { batches } = operation;
  const [isWhole, setIsWhole] = useState(batches.length <= FIRST);
  const shown = isWhole ? batches : batches.slice(0, FIRST);
  return (
    <Section title={text.title} hint={batches.length > 0 ? text.legend : undefined}>
      {batches.length === 0 ? (
        <Text size="sm">{text.none}</Text>
      ) : (
        <>
          <Picture operation={operation} shown={shown} />
          {!isWhole && (
            <Button mt="sm" size="xs" variant="default" onClick={() => setIsWhole(true)}>
              {text.all(batches.length)}
            </Button>
          )}
          <Figures batches={shown} open={open} />
        </>
      )}
    </Section>
  );
}

function Picture({
  operation: { batches, hints, ms },
  shown,
}: {
  operation: OperationDetail;
  shown: readonly BatchDetail[];
}) {
  const { lens } = useText();
  const format = useFormat();
  const [pointed, setPointed] = useState<number>();
  const whole = Math.max(ms, ...batches.map(({ startMs, ms: length }) => startMs + length));
  const levels = Math.max(...batches.map(({ level }) => level));
  const splits = new Set(hints.flatMap((hint) => (hint.kind === "split" ? hint.batches : [])));
  const inMs = (value: number) => lens.ms(format.tenths(value));
  const percent = (value: number) => `${(100 * value) / whole}%`;
  const besideOf = pointed === undefined ? undefined : batches[pointed]?.beside;
  return (
    <div
      className="waterfall"
      role="img"
      aria-label={lens.waterfall.picture(batches.length, levels, inMs(whole))}
    >
      {shown.map(({ index, loader, level, sentMs, startMs, ms: length }) => (
        <div
          key={index}
          className="lane"
          data-faded={besideOf !== undefined && index !== pointed && !besideOf.includes(index)}
          onPointerEnter={() => setPointed(index)}
          onPointerLeave={() => setPointed(undefined)}
        >
          <span title={loader}>
            {index + 1} {loader}
          </span>
          <div className="track">
            <span
              className="bar"
              data-waits="true"
              style={{
                left: percent(sentMs),
                width: percent(startMs - sentMs),
                background: colorOf(level),
              }}
            />
            <span
              className="bar"
              data-split={splits.has(index)}
              style={{
                left: percent(startMs),
                width: percent(length),
                background: colorOf(level),
              }}
            />
          </div>
          <span>{inMs(length)}</span>
        </div>
      ))}
      <div className="lane">
        <span />
        <div className="axis">
          {[0, 1, 2, 3].map((quarter) => (
            <span key={quarter}>{format.tenths((whole * quarter) / 4)}</span>
          ))}
          <span>{inMs(whole)}</span>
        </div>
        <span />
      </div>
    </div>
  );
}

function Figures({
  batches,
  open,
}: {
  batches: readonly BatchDetail[];
  open: (batch: number) => void;
}) {
  const { waterfall: text } = useText().lens;
  const format = useFormat();
  const { column } = text;
  const numbers = ["level", "keys", "rows", "sent", "start", "ms"] as const;
  return (
    <Scroll label={text.title}>
      <table className="lens-table scrolling" aria-label={text.title} style={{ marginTop: "1rem" }}>
        <thead>
          <tr>
            <th scope="col" className="number">
              {column.index}
            </th>
            <th scope="col">{column.loader}</th>
            {numbers.map((each) => (
              <th key={each} scope="col" className="number">
                {column[each]}
              </th>
            ))}
            <th scope="col">{column.beside}</th>
            <th scope="col">{column.fields}</th>
          </tr>
        </thead>
        <tbody>
          {batches.map(({ index, loader, level, keys, rows, sentMs, startMs, ms, ...rest }) => (
            <tr key={index}>
              <td className="number">{index + 1}</td>
              <td>
                <Anchor
                  component="button"
                  type="button"
                  fz="inherit"
                  ff="monospace"
                  aria-label={text.show(loader, index + 1)}
                  onClick={() => open(index)}
                >
                  {loader}
                </Anchor>
              </td>
              <td className="number">{level}</td>
              <td className="number">{format.number(keys)}</td>
              <td className="number">{format.number(rows)}</td>
              <td className="number">{format.tenths(sentMs)}</td>
              <td className="number">{format.tenths(startMs)}</td>
              <td className="number">{format.tenths(ms)}</td>
              <td>{ranges(rest.beside.map((each) => each + 1)) || "–"}</td>
              <td className="path">{rest.fields.join(", ") || "–"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
