import { Text } from "@mantine/core";
import type { OperationDetail } from "../../../../src/lens/wire.ts";
import { useFormat, useText } from "../../text/text.tsx";
import { Section } from "./section.tsx";

/** What the budget lock agrees to for the document, and what was sent; nothing where it does not know it. */
export function AgreedBudget({ agreed }: Pick<OperationDetail, "agreed">) {
  const { lens } = useText();
  const format = useFormat();
  const text = lens.operation;
  if (!agreed) return null;
  return (
    <Section title={text.agreed} hint={text.agreedAs(agreed.name)}>
      <table className="lens-table" aria-label={text.agreed}>
        <thead>
          <tr>
            <th scope="col">{lens.waterfall.column.loader}</th>
            <th scope="col" className="number">
              {text.agreedColumn}
            </th>
            <th scope="col" className="number">
              {text.sentColumn}
            </th>
          </tr>
        </thead>
        <tbody>
          {agreed.loaders.map(({ loader, agreed: most, sent }) => (
            <tr key={loader}>
              <td className="name path">{loader}</td>
              <td className="number">{format.number(most)}</td>
              <td className="number">
                {sent > most ? (
                  <Text span inherit fw={700}>
                    {lens.mark.regression}: {format.number(sent)}
                  </Text>
                ) : (
                  format.number(sent)
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}
