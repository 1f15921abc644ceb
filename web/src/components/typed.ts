import { useDebouncedCallback } from "@mantine/hooks";
import { useState } from "react";

/** Typing goes on for so long before anything is asked for. */
const TYPING_MS = 300;

/**
 * The text of a field whose value stands in the address, and how it changes: the field has it at once, `change`
 * a moment after the last key. What the address puts in its place meanwhile stays: filters were cleared, or
 * somebody went back.
 */
export function useTyped(value: string, change: (text: string) => void) {
  const [typed, setTyped] = useState(value);
  const [told, setTold] = useState(value);
  if (value !== told) {
    setTold(value);
    setTyped(value);
  }
  const tell = useDebouncedCallback((next: string) => {
    if (next !== typed) return;
    setTold(next);
    change(next);
  }, TYPING_MS);
  const take = (next: string) => {
    setTyped(next);
    tell(next);
  };
  return [typed, take] as const;
}
