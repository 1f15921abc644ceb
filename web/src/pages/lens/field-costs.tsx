import { Text } from "@mantine/core";
import type { FieldCost } from "../../../../src/lens/wire.ts";
import { useFormat, useText } from "../../text/text.tsx";
import { fieldTree } from "./field-tree.ts";
import { Scroll } from "./scroll.tsx";

/** So many columns were known before the operation ran. */
const FORESEEN = 4;

/** What each relation may cost at most and, of an operation that ran, what it asked of the database. */
export function FieldCosts({
  fields,
  hasActual = false,
  why,
}: {
  fields: readonly FieldCost[];
  hasActual?: boolean;
  /** Why there are no figures, in the server's words. */
  why?: string | null;
}) {
  const { fields: text } = useText().lens;
  const format = useFormat();
  const { column } = text;
  const number = (value: number | null) => (value === null ? text.unknown : format.number(value));
  const numbers = [
    [column.page, ({ pageSize }: FieldCost) => number(pageSize)],
    [column.points, ({ points }: FieldCost) => number(points)],
    [column.below, ({ pointsWithBelow }: FieldCost) => number(pointsWithBelow)],
    [column.nodes, ({ nodes }: FieldCost) => number(nodes)],
    ...(hasActual
      ? ([
          [column.statements, ({ statements }: FieldCost) => number(statements)],
          [column.rows, ({ rows }: FieldCost) => number(rows)],
        ] as const)
      : []),
  ] as const;
  return (
    <>
      {why && (
        <Text size="sm" mb="xs" lang="en">
          {why}
        </Text>
      )}
      {fields.length === 0 ? (
        <Text size="sm" c="dimmed">
          {text.none}
        </Text>
      ) : (
        <Scroll label={text.title}>
          <table className="lens-table scrolling" aria-label={text.title}>
            <thead>
              {hasActual && (
                <tr>
                  <th scope="col" rowSpan={2} style={{ verticalAlign: "bottom" }}>
                    {column.field}
                  </th>
                  <th scope="colgroup" colSpan={FORESEEN} className="number">
                    {text.before}
                  </th>
                  <th scope="colgroup" colSpan={numbers.length - FORESEEN} className="number">
                    {text.after}
                  </th>
                </tr>
              )}
              <tr>
                {!hasActual && <th scope="col">{column.field}</th>}
                {numbers.map(([name]) => (
                  <th key={name} scope="col" className="number">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {fieldTree(fields).map((field) => {
                const depth = field.path === "" ? 0 : field.path.split(".").length;
                return (
                  <tr key={`${field.path} ${field.coordinate}`}>
                    <th scope="row" style={{ paddingInlineStart: `${0.7 + depth * 0.8}rem` }}>
                      <span className="path" title={field.coordinate}>
                        {field.path === "" ? text.whole : field.path.split(".").at(-1)}
                      </span>
                      {depth > 1 && <span className="said"> ({field.path})</span>}
                    </th>
                    {numbers.map(([name, shown]) => (
                      <td key={name} className="number">
                        {shown(field)}
                      </td>
                    ))}
                  </tr>
                );
              })}
            </tbody>
          </table>
        </Scroll>
      )}
    </>
  );
}
