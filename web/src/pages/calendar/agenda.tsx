import { Stack, Text, Title } from "@mantine/core";
import { useFormat } from "../../text/text.tsx";
import { CalendarEntry } from "./calendar-entry.tsx";
import type { Day } from "./days.ts";
import type { CalendarPost } from "./use-posts-between.ts";

/** Where a grid has no room: one day below the other, those with posts alone. */
export function Agenda({ days, byDay }: { days: Day[]; byDay: ReadonlyMap<Day, CalendarPost[]> }) {
  const format = useFormat();
  return (
    <Stack gap="md">
      {days.map((day) => {
        const posts = byDay.get(day);
        if (!posts) return null;
        return (
          <section key={day} aria-labelledby={`day-${day}`}>
            <Title order={2} size="h6" id={`day-${day}`} mb={4}>
              {format.weekdayAndDay(day)}{" "}
              <Text span size="sm" c="dimmed" fw={400}>
                {posts.length}
              </Text>
            </Title>
            <ul className="plain-list surface agenda">
              {posts.map((post) => (
                <CalendarEntry key={post.id} post={post} isWide />
              ))}
            </ul>
          </section>
        );
      })}
    </Stack>
  );
}
