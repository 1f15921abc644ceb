import { Text } from "@mantine/core";
import { Link } from "wouter";
import { statusColor } from "../../components/status.tsx";
import { useFormat, useText } from "../../text/text.tsx";
import type { CalendarPost } from "./use-posts-between.ts";

/** A post in a day. */
export function CalendarEntry({ post, isWide }: { post: CalendarPost; isWide: boolean }) {
  const texts = useText();
  const format = useFormat();
  const { id, status, body, timelineAt, account } = post;
  const name = account?.displayName ?? texts.post.nobody;
  return (
    <li>
      <Link
        href={`/posts/${id}`}
        className="entry"
        style={{ borderInlineStartColor: statusColor[status] }}
        title={body}
      >
        <Text span size="xs" truncate fw={600}>
          <time dateTime={timelineAt}>{format.time(timelineAt)}</time> <bdi>{name}</bdi>
        </Text>
        <span className="said">{texts.status[status]}</span>
        {isWide && (
          <Text span size="xs" c="dimmed" className="clip" dir="auto">
            {body}
          </Text>
        )}
      </Link>
    </li>
  );
}
