import { CloseButton, TextInput } from "@mantine/core";
import { useRef } from "react";
import { Icon } from "../../components/icons.tsx";
import { useTyped } from "../../components/typed.ts";
import { useText } from "../../text/text.tsx";
import { LONGEST_SEARCH, MOST_WORDS, wordsIn } from "./filters.ts";

/** Finds posts by their words, a moment after the last key. */
export function SearchField({ value, change }: { value: string; change: (text: string) => void }) {
  const { search: text } = useText().posts;
  const field = useRef<HTMLInputElement>(null);
  const [typed, take] = useTyped(value, change);
  const count = wordsIn(typed).length;
  const isWordless = typed.trim() !== "" && count === 0;
  const hint = isWordless ? text.wordless : count > MOST_WORDS && text.most(MOST_WORDS);
  return (
    <TextInput
      ref={field}
      role="searchbox"
      aria-label={text.label}
      placeholder={text.label}
      w={220}
      description={hint && <span role="status">{hint}</span>}
      inputWrapperOrder={["input", "description"]}
      value={typed}
      maxLength={LONGEST_SEARCH}
      leftSection={<Icon name="lens" size={16} />}
      rightSection={
        typed !== "" && (
          <CloseButton
            size="sm"
            aria-label={text.clear}
            onClick={() => {
              take("");
              field.current?.focus();
            }}
          />
        )
      }
      onChange={(event) => take(event.currentTarget.value)}
    />
  );
}
