import { useQuery } from "@apollo/client/react";
import { ActionIcon, Anchor, Group, Skeleton, Stack, Text, Title } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import type { ReactNode, RefObject } from "react";
import { Link } from "wouter";
import { CommentText } from "../../components/comment-text.tsx";
import { Empty } from "../../components/empty.tsx";
import { Icon } from "../../components/icons.tsx";
import { MoreButton } from "../../components/more-button.tsx";
import { ProblemNotice } from "../../components/problem-notice.tsx";
import { Status } from "../../components/status.tsx";
import {
  ConversationDocument,
  type CommentPartsFragment,
  type ConversationQuery,
} from "../../operations.generated.ts";
import { useFormat, useText } from "../../text/text.tsx";

type Whole = Extract<NonNullable<ConversationQuery["node"]>, { __typename: "Comment" }>;

/** Whoever runs through the list asks for the comment that they stay at. */
const RUNNING_MS = 150;

/** What an open comment is about: its post, what it answers, and what answers it. */
export function Conversation({
  id,
  listed,
  heading,
  hrefOf,
  close,
}: {
  id: string;
  /** The comment as the list has it: it is shown at once. */
  listed: CommentPartsFragment | undefined;
  heading: RefObject<HTMLHeadingElement | null>;
  hrefOf: (id: string) => string;
  close: () => void;
}) {
  const { inbox: text, app } = useText();
  const [settledId] = useDebouncedValue(id, RUNNING_MS);
  const { data, error, loading, refetch, fetchMore } = useQuery(ConversationDocument, {
    variables: { id: settledId },
  });
  const isSettled = settledId === id;
  const found = isSettled && data?.node?.__typename === "Comment" ? data.node : undefined;
  const comment = found ?? listed;
  const isMissing = isSettled && !loading && !error && !comment;
  const more = () =>
    fetchMore({ variables: { after: found?.replies?.pageInfo.endCursor ?? null } });

  return (
    <Stack gap="md">
      <Group justify="space-between" wrap="nowrap">
        <Title order={2} size="h5" ref={heading} tabIndex={-1} className="quiet-focus">
          {text.conversation}
        </Title>
        <ActionIcon variant="subtle" color="gray" size={36} onClick={close} aria-label={app.close}>
          <Icon name="close" />
        </ActionIcon>
      </Group>
      {isSettled && error && (
        <ProblemNotice error={error} retry={() => refetch()} isPartial={Boolean(comment)} />
      )}
      {isMissing && <Empty {...text.missing} />}
      {found?.post && <PostOf post={found.post} />}
      {found?.parent && (
        <Part title={text.parent}>
          <CommentText comment={found.parent} />
          <Anchor component={Link} href={hrefOf(found.parent.id)} size="sm">
            {text.toParent}
          </Anchor>
        </Part>
      )}
      {comment && (
        <Part title={text.comment} isMain>
          <CommentText comment={comment} />
        </Part>
      )}
      {found?.replies && <Replies replies={found.replies} loadMore={more} />}
      {!found && !isMissing && !error && <Waiting />}
    </Stack>
  );
}

function Part({
  title,
  isMain = false,
  children,
}: {
  title: string;
  isMain?: boolean;
  children: ReactNode;
}) {
  return (
    <section aria-label={title} className={isMain ? "part main-part" : "part"}>
      <Text size="xs" c="dimmed" mb={4} aria-hidden="true">
        {title}
      </Text>
      {children}
    </section>
  );
}

function PostOf({ post }: { post: NonNullable<Whole["post"]> }) {
  const texts = useText();
  const format = useFormat();
  const { id, account, body, status, timelineAt } = post;
  return (
    <Part title={texts.inbox.post}>
      <Group gap="xs" fz="xs" c="dimmed">
        <Text span size="sm" fw={600} c="var(--mantine-color-text)">
          {account?.displayName ?? texts.post.nobody}
        </Text>
        {account && <span>{texts.network[account.network]}</span>}
        <Status status={status} />
        <time dateTime={timelineAt}>{format.moment(timelineAt)}</time>
      </Group>
      <Text size="sm" className="clip" dir="auto">
        {body}
      </Text>
      <Anchor component={Link} href={`/posts/${id}`} size="sm">
        {texts.inbox.toPost}
      </Anchor>
    </Part>
  );
}

function Replies({
  replies,
  loadMore,
}: {
  replies: NonNullable<Whole["replies"]>;
  loadMore: () => Promise<unknown>;
}) {
  const { inbox: text } = useText();
  return (
    <section aria-label={text.replies} className="part">
      <Text size="xs" c="dimmed" mb={4} aria-hidden="true">
        {text.replies}
      </Text>
      {replies.edges.length === 0 && <Text size="sm">{text.noReplies}</Text>}
      <ul className="plain-list thread">
        {replies.edges.map(({ node }) => (
          <li key={node.id}>
            <CommentText comment={node} />
          </li>
        ))}
      </ul>
      {replies.pageInfo.hasNextPage && <MoreButton label={text.moreReplies} load={loadMore} />}
    </section>
  );
}

function Waiting() {
  const { app } = useText();
  return (
    <Stack gap="xs" role="status" aria-label={app.loading}>
      <Skeleton h={16} w="40%" />
      <Skeleton h={54} />
      <Skeleton h={16} w="60%" />
    </Stack>
  );
}
