/** What the calendar shows at once. */
export type View = "week" | "month";

/** A day in the reader's time zone, as 2026-11-22. */
export type Day = string;

/** The days that can be meant: others are slips of the hand, and near the last year a date cannot be written. */
const FIRST_DAY = "1970-01-01";
const LAST_DAY = "2200-12-31";

const two = (value: number) => String(value).padStart(2, "0");

export const dayOf = (date: Date): Day =>
  `${String(date.getFullYear()).padStart(4, "0")}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;

export const today = (): Day => dayOf(new Date());

/** Midnight of a day. */
export const dateOf = (day: Day): Date => new Date(`${day}T00:00`);

/** Whether it is a day that there is, and that can be meant. */
export const isDay = (text: string | null): text is Day =>
  text !== null &&
  /^\d{4}-\d\d-\d\d$/.test(text) &&
  text >= FIRST_DAY &&
  text <= LAST_DAY &&
  dayOf(dateOf(text)) === text;

export function addDays(day: Day, count: number): Day {
  const date = dateOf(day);
  date.setDate(date.getDate() + count);
  return dayOf(date);
}

function mondayOf(day: Day): Day {
  const weekday = (dateOf(day).getDay() + 6) % 7;
  return addDays(day, -weekday);
}

/** The days to show: a week from Monday, or the whole weeks that a month lies in. */
export function daysOf(view: View, day: Day): Day[] {
  const first = mondayOf(view === "week" ? day : `${day.slice(0, 7)}-01`);
  const days = Array.from({ length: view === "week" ? 7 : 42 }, (_, index) =>
    addDays(first, index),
  );
  // A sixth week of the next month alone is left out.
  return days.filter((_, index) => index < 7 || isOfMonth(days[index - (index % 7)] ?? "", day));
}

/** Whether two days are of one month. */
export const isOfMonth = (one: Day, other: Day): boolean => one.slice(0, 7) === other.slice(0, 7);

/** The same place in the week or month before or after. */
export function step(view: View, day: Day, by: 1 | -1): Day {
  if (view === "week") return addDays(day, 7 * by);
  const date = dateOf(`${day.slice(0, 7)}-01`);
  date.setMonth(date.getMonth() + by);
  return dayOf(date);
}
