import { Button, Group, SegmentedControl, Skeleton, Text } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useSearchParams } from "wouter";
import { Icon } from "../../components/icons.tsx";
import { Page } from "../../components/page.tsx";
import { ProblemNotice } from "../../components/problem-notice.tsx";
import { Statements } from "../../components/statements.tsx";
import { statusColor } from "../../components/status.tsx";
import type { PostStatus } from "../../operations.generated.ts";
import { useFormat, useText } from "../../text/text.tsx";
import { Agenda } from "./agenda.tsx";
import { daysOf, isDay, step, today, type Day, type View } from "./days.ts";
import { EmptyDays } from "./empty-days.tsx";
import { Grid } from "./grid.tsx";
import { usePostsBetween } from "./use-posts-between.ts";

/** What was published and what is planned, by week or month. */
export default function Calendar() {
  const texts = useText();
  const text = texts.calendar;
  const format = useFormat();
  const [search, setSearch] = useSearchParams();
  const isNarrow = useMediaQuery("(max-width: 62em)", matchMedia("(max-width: 62em)").matches);
  const now = today();
  const asked = search.get("day");
  const day = isDay(asked) ? asked : now;
  const view: View = search.get("view") === "week" ? "week" : "month";
  const days = daysOf(view, day);
  const { byDay, error, loading, retry, isIncomplete, more } = usePostsBetween(
    days[0] ?? day,
    days.at(-1) ?? day,
  );
  const show = (shown: { view?: View; day?: Day }) =>
    setSearch({ view: shown.view ?? view, day: shown.day ?? day }, { replace: true });

  return (
    <Page title={text.title} aside={<Statements operation="Calendar" />}>
      <Group justify="space-between" gap="sm">
        <Group gap="xs">
          <Button.Group>
            <Button
              variant="default"
              px="xs"
              aria-label={text.previous}
              onClick={() => show({ day: step(view, day, -1) })}
            >
              <Icon name="left" />
            </Button>
            <Button variant="default" onClick={() => show({ day: now })}>
              {text.today}
            </Button>
            <Button
              variant="default"
              px="xs"
              aria-label={text.next}
              onClick={() => show({ day: step(view, day, 1) })}
            >
              <Icon name="right" />
            </Button>
          </Button.Group>
          <Text fw={650} fz="lg" aria-live="polite">
            {view === "month" ? format.month(day) : format.days(days[0] ?? day, days.at(-1) ?? day)}
          </Text>
        </Group>
        <SegmentedControl
          aria-label={text.view}
          value={view}
          onChange={(chosen) => show({ view: chosen })}
          data={[
            { value: "week", label: text.views.week },
            { value: "month", label: text.views.month },
          ]}
        />
      </Group>
      {error !== undefined && (
        <ProblemNotice error={error} retry={retry} isPartial={byDay !== undefined} />
      )}
      {!byDay && loading && (
        <Skeleton h={620} radius="lg" role="status" aria-label={texts.app.loading} />
      )}
      {byDay?.size === 0 && <EmptyDays show={(found) => show({ day: found })} />}
      {byDay && !(isNarrow && byDay.size === 0) && (
        <>
          {isNarrow ? (
            <Agenda days={days} byDay={byDay} />
          ) : (
            <Grid
              days={days}
              byDay={byDay}
              view={view}
              day={day}
              showWeek={(chosen) => show({ view: "week", day: chosen })}
            />
          )}
          <Legend />
        </>
      )}
      {isIncomplete && (
        <Group>
          <Text size="sm">{text.incomplete}</Text>
          <Button variant="default" size="xs" loading={loading} onClick={() => void more()}>
            {text.loadMore}
          </Button>
        </Group>
      )}
    </Page>
  );
}

function Legend() {
  const texts = useText();
  return (
    <Group component="ul" className="plain-list legend" gap="md" aria-label={texts.calendar.legend}>
      {(Object.keys(statusColor) as PostStatus[]).map((status) => (
        <Group key={status} component="li" gap={6} fz="xs">
          <span className="dot" style={{ background: statusColor[status] }} />
          {texts.status[status]}
        </Group>
      ))}
    </Group>
  );
}
