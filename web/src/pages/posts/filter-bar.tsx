import { useQuery } from "@apollo/client/react";
import { Group, Select } from "@mantine/core";
import { FilterPanel, wordsOf } from "../../components/filter-panel.tsx";
import { PostChoicesDocument, type PostOrder } from "../../operations.generated.ts";
import { useText } from "../../text/text.tsx";
import { isFiltered, type Filters } from "./filters.ts";
import { SearchField } from "./search-field.tsx";

/** The filters and the order of the list of posts. */
export function FilterBar({
  filters,
  change,
  clear,
  clears,
}: {
  filters: Filters;
  change: (changed: Partial<Filters>) => void;
  clear: () => void;
  /** How often they were cleared. */
  clears: number;
}) {
  const texts = useText();
  const text = texts.posts;
  const { data } = useQuery(PostChoicesDocument);
  const accounts = data?.accounts?.edges.map(({ node }) => ({
    value: node.id,
    label: `${node.displayName} (${texts.network[node.network]})`,
  }));
  const tags = data?.tags?.edges.map(({ node }) => ({ value: node.id, label: node.name }));
  return (
    <FilterPanel
      choices={[
        { name: "account", label: text.account, data: accounts },
        { name: "network", label: text.network, data: wordsOf(texts.network) },
        { name: "status", label: text.status, data: wordsOf(texts.status) },
        { name: "tag", label: text.tag, data: tags },
      ]}
      values={filters}
      isChosen={isFiltered({ ...filters, text: "" })}
      change={change}
      clear={clear}
      aside={
        <Group gap="sm" align="flex-start">
          <SearchField
            // Cleared before it was told, what is typed is in no address: it goes with the field.
            key={clears}
            value={filters.text}
            change={(text) => change({ text })}
          />
          <Select
            aria-label={text.order}
            w={190}
            allowDeselect={false}
            value={filters.order}
            onChange={(order) => order && change({ order: order satisfies string as PostOrder })}
            data={wordsOf(text.orders)}
          />
        </Group>
      }
    />
  );
}
