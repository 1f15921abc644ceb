import { Button, Popover, Table, Text, Title } from "@mantine/core";
import { useCost } from "../api/cost.ts";
import { useFormat, useText } from "../text/text.tsx";
import { Icon } from "./icons.tsx";

/** How many SQL statements an operation of this page took, and a look at its batches. */
export function Statements({ operation }: { operation: string }) {
  const { statements } = useText();
  const format = useFormat();
  const cost = useCost(operation);
  if (!cost) return null;
  return (
    <Popover position="bottom-end" width={400} withArrow trapFocus>
      <Popover.Target>
        <Button
          variant="subtle"
          color="gray"
          c="dimmed"
          size="compact-sm"
          leftSection={<Icon name="database" size={16} />}
          data-testid="statements"
        >
          {statements.short(cost.statements, format.number(cost.ms))}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={statements.title(operation)}>
        <Title order={2} size="h5">
          {statements.title(operation)}
        </Title>
        <Text size="sm" c="dimmed" mb="xs">
          {statements.explanation}
        </Text>
        <Table fz="xs" verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{statements.batch}</Table.Th>
              <Table.Th ta="right">{statements.keys}</Table.Th>
              <Table.Th ta="right">{statements.rows}</Table.Th>
              <Table.Th ta="right">{statements.ms}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {cost.batches.map(({ loader, keys, rows, ms }, index) => (
              <Table.Tr key={index}>
                <Table.Td ff="monospace">{loader}</Table.Td>
                <Table.Td ta="right">{format.number(keys)}</Table.Td>
                <Table.Td ta="right">{format.number(rows)}</Table.Td>
                <Table.Td ta="right">{format.number(ms)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Popover.Dropdown>
    </Popover>
  );
}
