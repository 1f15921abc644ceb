import { Button, Checkbox, Group, SimpleGrid, Text, TextInput } from "@mantine/core";
import { useTyped } from "../../components/typed.ts";
import { useText } from "../../text/text.tsx";
import { marks, type LensFilters } from "./filters.ts";

type Words = Omit<LensFilters, "only">;
const fields = ["search", "name", "minMs", "minStatements"] as const;
const isNumber = (name: keyof Words) => name === "minMs" || name === "minStatements";
/** What the list is narrowed to. */
export function FilterBar({
  filters,
  change,
  clear,
}: {
  filters: LensFilters;
  change: (changed: Partial<LensFilters>) => void;
  clear: () => void;
}) {
  const { filters: text, mark } = useText().lens;
  const isFiltered = filters.only.length > 0 || fields.some((name) => filters[name] !== "");
  return (
    <section aria-label={text.label}>
      <SimpleGrid cols={{ base: 2, md: 4 }} spacing="xs" style={{ alignItems: "end" }}>
        {fields.map((name) => (
          <Typed key={name} name={name} value={filters[name]} change={change} />
        ))}
      </SimpleGrid>
      <Group mt="xs" gap="md" mih={30}>
        <Checkbox.Group
          aria-label={text.only}
          value={filters.only}
          onChange={(only) => change({ only })}
        >
          <Group gap="md">
            <Text span size="sm" fw={600} aria-hidden="true">
              {text.only}
            </Text>
            {marks.map((each) => (
              <Checkbox key={each} size="sm" value={each} label={mark[each]} />
            ))}
          </Group>
        </Checkbox.Group>
        {isFiltered && (
          <Button variant="subtle" size="compact-sm" onClick={clear}>
            {text.clear}
          </Button>
        )}
      </Group>
    </section>
  );
}

function Typed({
  name,
  value,
  change,
}: {
  name: keyof Words;
  value: string;
  change: (changed: Partial<LensFilters>) => void;
}) {
  const { filters: text } = useText().lens;
  const [typed, take] = useTyped(value, (next) => change({ [name]: next }));
  return (
    <TextInput
      type={name === "search" ? "search" : "text"}
      inputMode={isNumber(name) ? "numeric" : undefined}
      label={text[name]}
      placeholder={name === "search" ? text.searchHint : undefined}
      value={typed}
      maxLength={100}
      spellCheck={false}
      onChange={(event) => {
        const { value: given } = event.currentTarget;
        take(isNumber(name) ? given.replace(/\D/g, "").slice(0, 9) : given);
      }}
    />
  );
}
