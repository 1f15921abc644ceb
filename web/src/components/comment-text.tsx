import { Group, Text } from "@mantine/core";
import type { CommentPartsFragment } from "../operations.generated.ts";
import { useFormat, useText } from "../text/text.tsx";
import { Face } from "./face.tsx";

/** Who wrote a comment, when, what, and what was done about it. */
export function CommentText({ comment }: { comment: CommentPartsFragment }) {
  const { post: text } = useText();
  const format = useFormat();
  const { author, body, createdAt, status } = comment;
  const name = author?.displayName ?? text.nobody;
  return (
    <Group gap="sm" wrap="nowrap" align="flex-start">
      <Face name={name} url={author?.avatarUrl} size={30} />
      <div style={{ minWidth: 0 }}>
        <Group gap="xs" fz="xs" c="dimmed">
          <Text span size="sm" fw={600} c="var(--mantine-color-text)">
            <bdi>{name}</bdi>
          </Text>
          <time dateTime={createdAt} title={format.moment(createdAt)}>
            {format.relative(createdAt)}
          </time>
          <span>{text.comment[status]}</span>
        </Group>
        <Text size="sm" dir="auto" style={{ overflowWrap: "anywhere" }}>
          {body}
        </Text>
      </div>
    </Group>
  );
}
