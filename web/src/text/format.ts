const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
];

const midnight = (date: string) => new Date(`${date}T00:00`);

const MONTH_MS = 30 * 86_400_000;

type Formats = ReturnType<typeof makeFormats>;
const known = new Map<string, Formats>();

/** Numbers and moments as a language writes them. Made once: the browser takes milliseconds for it. */
export function formatsFor(language: string): Formats {
  const formats = known.get(language) ?? makeFormats(language);
  known.set(language, formats);
  return formats;
}

function makeFormats(language: string) {
  const number = new Intl.NumberFormat(language);
  const compact = new Intl.NumberFormat(language, {
    notation: "compact",
    maximumFractionDigits: 1,
  });
  const moment = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
  const day = new Intl.DateTimeFormat(language, { dateStyle: "medium" });
  const time = new Intl.DateTimeFormat(language, { timeStyle: "short" });
  const clock = new Intl.DateTimeFormat(language, { timeStyle: "medium" });
  const tenths = new Intl.NumberFormat(language, {
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  });
  const month = new Intl.DateTimeFormat(language, { month: "long", year: "numeric" });
  const weekday = new Intl.DateTimeFormat(language, { weekday: "short" });
  const weekdayAndDay = new Intl.DateTimeFormat(language, {
    weekday: "long",
    day: "numeric",
    month: "long",
  });
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "long" });
  return {
    number: (value: number) => number.format(value),
    /** 12.3K: for what is read at a glance. */
    compact: (value: number) => compact.format(value),
    moment: (iso: string) => moment.format(new Date(iso)),
    day: (date: string | Date) => day.format(new Date(date)),
    time: (iso: string) => time.format(new Date(iso)),
    /** With seconds. */
    clock: (iso: string) => clock.format(new Date(iso)),
    /** 12.3 milliseconds, so that figures below each other can be compared. */
    tenths: (value: number) => tenths.format(value),
    /** Of a day such as 2026-11-22, as the reader's clock has it. */
    month: (date: string) => month.format(midnight(date)),
    weekday: (date: string) => weekday.format(midnight(date)),
    weekdayAndDay: (date: string) => weekdayAndDay.format(midnight(date)),
    days: (first: string, last: string) => day.formatRange(midnight(first), midnight(last)),
    /** Three hours ago; a date, when it is a month or more away. */
    relative(iso: string) {
      const ms = new Date(iso).getTime() - Date.now();
      if (Math.abs(ms) >= MONTH_MS) return day.format(new Date(iso));
      const [unit, length] = UNITS.find((each) => Math.abs(ms) >= each[1]) ?? ["minute", 60_000];
      return relative.format(Math.round(ms / length), unit);
    },
  };
}
