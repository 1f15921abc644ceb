import { Button, Collapse, Group, MultiSelect, SimpleGrid } from "@mantine/core";
import { useState, type ReactNode } from "react";
import { useText } from "../text/text.tsx";
import { DayField } from "./day-field.tsx";

/** A condition of several values. */
export interface Choice<Name extends string> {
  name: Name;
  label: string;
  /** Undefined until they have come. */
  data: { value: string; label: string }[] | undefined;
}

/** Choices of words: their values with their labels. */
export const wordsOf = (labels: Record<string, string>) =>
  Object.entries(labels).map(([value, label]) => ({ value, label }));

type Values<Name extends string> = Record<Name, string[]> & { from: string; to: string };

/** Conditions for a list, of several values each and a range of days, that unfold. */
export function FilterPanel<Name extends string>({
  choices,
  values,
  isChosen,
  change,
  clear,
  aside,
}: {
  choices: readonly Choice<Name>[];
  values: Values<Name>;
  isChosen: boolean;
  change: (changed: Partial<Values<Name>>) => void;
  clear: () => void;
  /** Beside the button that unfolds them. */
  aside?: ReactNode;
}) {
  const { posts: text } = useText();
  const [isOpen, setIsOpen] = useState(isChosen);
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
        {aside}
      </Group>
      <Collapse expanded={isOpen}>
        <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }} spacing="sm" mt="sm">
          {choices.map(({ name, label, data }) => (
            <MultiSelect
              key={name}
              label={label}
              placeholder={values[name].length > 0 ? "" : text.any}
              searchable
              clearable
              data={data ?? []}
              // Until the choices have come, a value has no label to show.
              value={data ? values[name] : []}
              onChange={(chosen) => change({ [name]: chosen } as Partial<Values<Name>>)}
            />
          ))}
          {(["from", "to"] as const).map((name) => (
            <DayField
              key={name}
              label={text[name]}
              value={values[name]}
              change={(day) => change({ [name]: day } as Partial<Values<Name>>)}
            />
          ))}
        </SimpleGrid>
      </Collapse>
    </section>
  );
}
