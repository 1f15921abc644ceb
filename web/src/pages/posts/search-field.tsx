import { CloseButton, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useRef, useState } from "react";
import { Icon } from "../../components/icons.tsx";
import { useText } from "../../text/text.tsx";
import { LONGEST_SEARCH, MOST_WORDS, wordsIn } from "./filters.ts";

/** Typing goes on for so long before the list is asked for. */
const TYPING_MS = 300;

/** Finds posts by their words, a moment after the last key. */
export function SearchField({ value, change }: { value: string; change: (text: string) => void }) {
  const { search: text } = useText().posts;
  const field = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState(value);
  const [told, setTold] = useState(value);
  // The address has another search than was typed: filters were cleared, or somebody went back.
  if (value !== told) {
    setTold(value);
    setTyped(value);
  }
  const tell = useDebouncedCallback((next: string) => {
    // The address has put something else in its place meanwhile.
    if (next !== typed) return;
    setTold(next);
    change(next);
  }, TYPING_MS);
  const take = (next: string) => {
    setTyped(next);
    tell(next);
  };
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
