import { useQuery } from "@apollo/client/react";
import { useEffect, useState } from "react";
import { CalendarDocument, type CalendarQuery } from "../../operations.generated.ts";
import { addDays, dateOf, dayOf, type Day } from "./days.ts";

/** A post as the calendar has it. */
export type CalendarPost = NonNullable<CalendarQuery["posts"]>["edges"][number]["node"];

/** More than these are asked for by a button. */
const AT_ONCE = 500;

/** All posts of some days, page after page, by their days. */
export function usePostsBetween(first: Day, last: Day) {
  const variables = {
    from: dateOf(first).toISOString(),
    to: dateOf(addDays(last, 1)).toISOString(),
  };
  const { data, error, loading, refetch, fetchMore } = useQuery(CalendarDocument, { variables });
  const [failed, setFailed] = useState<unknown>();
  const posts = data?.posts?.edges.map(({ node }) => node);
  const { hasNextPage = false, endCursor = null } = data?.posts?.pageInfo ?? {};

  const more = () => {
    setFailed(undefined);
    return fetchMore({ variables: { after: endCursor } }).catch(setFailed);
  };
  const isIncomplete = hasNextPage && (posts?.length ?? 0) >= AT_ONCE;
  const isGoingOn = hasNextPage && !isIncomplete && !loading && failed === undefined;
  useEffect(() => {
    if (isGoingOn) fetchMore({ variables: { after: endCursor } }).catch(setFailed);
  }, [isGoingOn, endCursor, fetchMore]);

  const retry = () => {
    setFailed(undefined);
    return posts ? more() : refetch();
  };
  return {
    byDay: posts && groupByDay(posts),
    error: error ?? failed,
    loading,
    retry,
    isIncomplete,
    more,
  };
}

function groupByDay(posts: CalendarPost[]): ReadonlyMap<Day, CalendarPost[]> {
  const days = new Map<Day, CalendarPost[]>();
  for (const post of posts) {
    const day = dayOf(new Date(post.timelineAt));
    const known = days.get(day);
    if (known) known.push(post);
    else days.set(day, [post]);
  }
  return days;
}
