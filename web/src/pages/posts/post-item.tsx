import { Badge, Group, Text } from "@mantine/core";
import { memo } from "react";
import { Link } from "wouter";
import { Face } from "../../components/face.tsx";
import { MetricsLine } from "../../components/metrics-line.tsx";
import { Status } from "../../components/status.tsx";
import type { PostsQuery } from "../../operations.generated.ts";
import { useFormat, useText } from "../../text/text.tsx";

type ListedPost = NonNullable<PostsQuery["posts"]>["edges"][number]["node"];

/** A post in the list; kept as it is while others come. */
export const PostItem = memo(function PostItem({ post }: { post: ListedPost }) {
  const texts = useText();
  const format = useFormat();
  const { id, body, status, timelineAt, account, tags, metrics } = post;
  return (
    <li className="far row">
      <Face name={account?.displayName ?? "?"} url={account?.avatarUrl} size={38} />
      <div className="row-content">
        <Group gap="xs" fz="xs" c="dimmed" style={{ rowGap: 2 }}>
          <Text span size="sm" fw={600} c="var(--mantine-color-text)">
            {account?.displayName ?? texts.post.nobody}
          </Text>
          {account && <span>{texts.network[account.network]}</span>}
          <time dateTime={timelineAt}>{format.moment(timelineAt)}</time>
        </Group>
        <Link href={`/posts/${id}`} className="quiet-link">
          <Text size="sm" className="clip" dir="auto">
            {body}
          </Text>
        </Link>
        <Group gap="md" fz="xs" c="dimmed" mt={4} mih={20} style={{ rowGap: 2 }}>
          <Status status={status} />
          <MetricsLine metrics={metrics} />
          {tags?.map((tag) => (
            <Badge key={tag.id} size="sm" variant="default" tt="none" fw={500}>
              {tag.name}
            </Badge>
          ))}
        </Group>
      </div>
    </li>
  );
});
