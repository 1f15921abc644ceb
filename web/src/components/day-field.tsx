import { TextInput } from "@mantine/core";
import { useState } from "react";
import { isDay } from "../pages/calendar/days.ts";

/**
 * A day of a filter. While its year is typed, the browser gives the days of the years 2, 20 and 202: they stay
 * in the field, and only a day that can be meant is told.
 */
export function DayField({
  label,
  value,
  change,
}: {
  label: string;
  value: string;
  change: (day: string) => void;
}) {
  const [typed, setTyped] = useState(value);
  const [told, setTold] = useState(value);
  // The address has another day than was typed: filters were cleared, or somebody went back.
  if (value !== told) {
    setTold(value);
    setTyped(value);
  }
  const take = (next: string) => {
    setTyped(next);
    if (next === "" || isDay(next)) change(next);
  };
  return (
    <TextInput
      type="date"
      label={label}
      value={typed}
      onChange={(event) => take(event.currentTarget.value)}
      // What was no day is not left standing, as if it counted.
      onBlur={() => setTyped(value)}
    />
  );
}
