import { UnstyledButton } from "@mantine/core";
import { useFormat, useText } from "../../text/text.tsx";
import { CalendarEntry } from "./calendar-entry.tsx";
import { isOfMonth, today, type Day, type View } from "./days.ts";
import type { CalendarPost } from "./use-posts-between.ts";

/** How many posts of a day a month has room for. */
const SHOWN_IN_MONTH = 4;

/** Weeks as rows, as on paper. */
export function Grid({
  days,
  byDay,
  view,
  day,
  showWeek,
}: {
  days: Day[];
  byDay: ReadonlyMap<Day, CalendarPost[]>;
  view: View;
  /** A day of the month that is shown. */
  day: Day;
  showWeek: (day: Day) => void;
}) {
  const { calendar: text } = useText();
  const format = useFormat();
  const now = today();
  const weeks = Array.from({ length: days.length / 7 }, (_, week) =>
    days.slice(week * 7, week * 7 + 7),
  );
  return (
    <table className="surface calendar" data-view={view}>
      <caption className="said">{text.title}</caption>
      <thead>
        <tr>
          {days.slice(0, 7).map((each) => (
            <th key={each} scope="col">
              {format.weekday(each)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeks.map((week) => (
          <tr key={week[0]}>
            {week.map((each) => {
              const posts = byDay.get(each) ?? [];
              const shown = view === "month" ? posts.slice(0, SHOWN_IN_MONTH) : posts;
              const hidden = posts.length - shown.length;
              return (
                <td
                  key={each}
                  data-other={view === "month" && !isOfMonth(each, day)}
                  aria-current={each === now ? "date" : undefined}
                >
                  <time dateTime={each} className="day" aria-label={format.weekdayAndDay(each)}>
                    {Number(each.slice(8))}
                  </time>
                  {posts.length > 0 && (
                    <ul className="plain-list entries">
                      {shown.map((post) => (
                        <CalendarEntry key={post.id} post={post} isWide={view === "week"} />
                      ))}
                    </ul>
                  )}
                  {hidden > 0 && (
                    <UnstyledButton className="more" onClick={() => showWeek(each)}>
                      {text.more(hidden)}
                    </UnstyledButton>
                  )}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
