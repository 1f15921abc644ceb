import { Badge, Group, Text } from "@mantine/core";
import { memo } from "react";
import { Link } from "wouter";
import { Face } from "../../components/face.tsx";
import type { InboxQuery } from "../../operations.generated.ts";
import { useFormat, useText } from "../../text/text.tsx";

/** A comment as the list has it. */
export type ListedComment = NonNullable<InboxQuery["comments"]>["edges"][number]["node"];

/** A comment in the list: a link that opens its conversation. */
export const CommentItem = memo(function CommentItem({
  comment,
  href,
  isOpen,
  isNew,
  isTabStop,
  noteFocus,
}: {
  comment: ListedComment;
  href: string;
  isOpen: boolean;
  isNew: boolean;
  /** Tab goes to one comment of the list; from there on it is the arrows. */
  isTabStop: boolean;
  noteFocus: (id: string) => void;
}) {
  const texts = useText();
  const format = useFormat();
  const { id, author, body, createdAt, status, post, parent } = comment;
  const name = author?.displayName ?? texts.post.nobody;
  return (
    <li className="far">
      <Link
        href={href}
        className="row comment"
        data-comment={id}
        tabIndex={isTabStop ? 0 : -1}
        onFocus={() => noteFocus(id)}
        aria-current={isOpen ? "true" : undefined}
      >
        <Face name={name} url={author?.avatarUrl} size={34} />
        <div className="row-content">
          <Group gap="xs" fz="xs" c="dimmed" style={{ rowGap: 2 }}>
            {isNew && <span className="dot unseen" title={texts.inbox.isNew} />}
            <Text span size="sm" fw={isNew ? 700 : 600} c="var(--mantine-color-text)">
              {isNew && <span className="said">{texts.inbox.isNew}: </span>}
              <bdi>{name}</bdi>
            </Text>
            <time dateTime={createdAt} title={format.moment(createdAt)}>
              {format.relative(createdAt)}
            </time>
          </Group>
          <Text size="sm" className="clip" dir="auto">
            {body}
          </Text>
          <Group gap="xs" fz="xs" c="dimmed" mt={4} style={{ rowGap: 2 }}>
            <Badge size="sm" variant="default" tt="none" fw={500}>
              {texts.post.comment[status]}
            </Badge>
            {parent && <span>{texts.inbox.answer}</span>}
            {post?.account && (
              <span>
                {texts.inbox.on(post.account.displayName)} · {texts.network[post.account.network]}
              </span>
            )}
          </Group>
        </div>
      </Link>
    </li>
  );
});
