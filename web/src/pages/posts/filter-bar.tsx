import { useQuery } from "@apollo/client/react";
import { Button, Collapse, Group, MultiSelect, Select, SimpleGrid, TextInput } from "@mantine/core";
import { useState } from "react";
import { PostChoicesDocument, type PostOrder } from "../../operations.generated.ts";
import { useText } from "../../text/text.tsx";
import { isFiltered, type Filters } from "./filters.ts";

/** The filters and the order of the list of posts; on a phone they unfold. */
export function FilterBar({
  filters,
  change,
  clear,
}: {
  filters: Filters;
  change: (changed: Partial<Filters>) => void;
  clear: () => void;
}) {
  const texts = useText();
  const text = texts.posts;
  const isChosen = isFiltered(filters);
  const [isOpen, setIsOpen] = useState(isChosen);
  const { data } = useQuery(PostChoicesDocument);

  const accounts = data?.accounts?.edges.map(({ node }) => ({
    value: node.id,
    label: `${node.displayName} (${texts.network[node.network]})`,
  }));
  const tags = data?.tags?.edges.map(({ node }) => ({ value: node.id, label: node.name }));
  const words = (labels: Record<string, string>) =>
    Object.entries(labels).map(([value, label]) => ({ value, label }));
  const several = [
    { name: "account", label: text.account, data: accounts },
    { name: "network", label: text.network, data: words(texts.network) },
    { name: "status", label: text.status, data: words(texts.status) },
    { name: "tag", label: text.tag, data: tags },
  ] as const;

  return (
    <section aria-label={text.filters}>
      <Group justify="space-between" align="flex-end" gap="sm">
        <Group gap="xs">
          <Button
            variant="default"
            aria-expanded={isOpen}
            onClick={() => setIsOpen((before) => !before)}
          >
            {text.filters}
          </Button>
          {isChosen && (
            <Button variant="subtle" onClick={clear}>
              {text.clear}
            </Button>
          )}
        </Group>
        <Select
          aria-label={text.order}
          w={190}
          allowDeselect={false}
          value={filters.order}
          onChange={(order) => order && change({ order: order satisfies string as PostOrder })}
          data={words(text.orders)}
        />
      </Group>
      <Collapse expanded={isOpen}>
        <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }} spacing="sm" mt="sm">
          {several.map(({ name, label, data: choices }) => (
            <MultiSelect
              key={name}
              label={label}
              placeholder={filters[name].length > 0 ? "" : text.any}
              searchable
              clearable
              data={choices ?? []}
              // Until the choices have come, a value has no label to show.
              value={choices ? filters[name] : []}
              onChange={(values) => change({ [name]: values })}
            />
          ))}
          {(["from", "to"] as const).map((name) => (
            <TextInput
              key={name}
              type="date"
              label={text[name]}
              value={filters[name]}
              onChange={(event) => change({ [name]: event.currentTarget.value })}
            />
          ))}
        </SimpleGrid>
      </Collapse>
    </section>
  );
}
