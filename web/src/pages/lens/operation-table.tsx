import { memo } from "react";
import { Link } from "wouter";
import type { OperationSummary } from "../../../../src/lens/wire.ts";
import { useFormat, useText } from "../../text/text.tsx";
import { Marks } from "./marks.tsx";

/** Operations, a line for each; a phone shows the columns that say most. */
export function OperationTable({
  operations,
  search,
}: {
  operations: readonly OperationSummary[];
  /** The filters of the list, for coming back to it. */
  search: string;
}) {
  const { column, title } = useText().lens;
  return (
    <table className="surface lens-table" aria-label={title}>
      <thead>
        <tr>
          <th scope="col">{column.time}</th>
          <th scope="col">{column.operation}</th>
          <th scope="col" className="number">
            <abbr title={column.statements}>{column.statementsShort}</abbr>
          </th>
          <th scope="col" className="number wide">
            {column.batches}
          </th>
          <th scope="col" className="number wide">
            {column.sql}
          </th>
          <th scope="col" className="number">
            {column.total}
          </th>
          <th scope="col" className="number wide">
            {column.cost}
          </th>
          <th scope="col" className="number wide">
            {column.depth}
          </th>
        </tr>
      </thead>
      <tbody>
        {operations.map((operation) => (
          <OperationRow key={operation.id} operation={operation} search={search} />
        ))}
      </tbody>
    </table>
  );
}

const OperationRow = memo(function OperationRow({
  operation,
  search,
}: {
  operation: OperationSummary;
  search: string;
}) {
  const { lens: text } = useText();
  const format = useFormat();
  const { id, at, name, kind, statements, loaderBatches, sqlMs, ms, cost, depth } = operation;
  const shownName = name ?? (kind === null ? text.notUnderstood : text.unnamed);
  return (
    <tr>
      <td>
        <time dateTime={at} title={format.moment(at)}>
          {format.clock(at)}
        </time>
      </td>
      <td className="name">
        <Link href={`/lens/${id}`} state={{ search }} className="row-link">
          {shownName}
        </Link>{" "}
        <Marks operation={operation} />
      </td>
      <td className="number">{format.number(statements)}</td>
      <td className="number wide">{format.number(loaderBatches)}</td>
      <td className="number wide">{text.ms(format.tenths(sqlMs))}</td>
      <td className="number">{text.ms(format.tenths(ms))}</td>
      <td className="number wide">{cost ? format.number(cost.used) : "–"}</td>
      <td className="number wide">{depth ?? "–"}</td>
    </tr>
  );
});
