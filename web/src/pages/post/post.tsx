import { useQuery } from "@apollo/client/react";
import { Anchor, Badge, Button, Group, Stack, Text, Title } from "@mantine/core";
import { Link, useParams } from "wouter";
import { Empty } from "../../components/empty.tsx";
import { Face } from "../../components/face.tsx";
import { Icon } from "../../components/icons.tsx";
import { Page } from "../../components/page.tsx";
import { PageSkeleton } from "../../components/page-skeleton.tsx";
import { ProblemNotice } from "../../components/problem-notice.tsx";
import { Statements } from "../../components/statements.tsx";
import { Status } from "../../components/status.tsx";
import { PostDocument, type PostQuery } from "../../operations.generated.ts";
import { useFormat, useText } from "../../text/text.tsx";
import { Figures } from "./figures.tsx";
import { Thread } from "./thread.tsx";

/** A post as its page has it. */
export type ShownPost = NonNullable<PostQuery["post"]>;

/** One post: what it says, what it did, and what was said under it. */
export default function Post() {
  const { post: text } = useText();
  const { id } = useParams<{ id: string }>();
  const { data, error, loading, refetch, fetchMore } = useQuery(PostDocument, {
    variables: { id },
  });
  const post = data?.post;
  const more = () =>
    fetchMore({ variables: { after: post?.comments?.pageInfo.endCursor ?? null } });

  return (
    <Page
      title={post?.account ? `${text.title}: ${post.account.displayName}` : text.title}
      aside={<Statements operation="Post" />}
    >
      <Anchor component={Link} href="/posts" size="sm">
        <Icon name="left" size={14} /> {text.back}
      </Anchor>
      {error && <ProblemNotice error={error} retry={() => refetch()} isPartial={Boolean(post)} />}
      {!data && loading && <PageSkeleton />}
      {data && !post && !error && (
        <Empty {...text.missing}>
          <Button component={Link} href="/posts">
            {text.back}
          </Button>
        </Empty>
      )}
      {post && (
        <div className="post-page">
          <Content post={post} />
          <Stack gap="lg" miw={0}>
            <Figures metrics={post.metrics} />
            {post.comments && <Thread comments={post.comments} loadMore={more} />}
          </Stack>
        </div>
      )}
    </Page>
  );
}

function Content({ post }: { post: ShownPost }) {
  const texts = useText();
  const text = texts.post;
  const format = useFormat();
  const { account, author, body, link, media, tags, status, timelineAt } = post;
  return (
    <Stack component="article" className="surface" p="md" gap="sm" miw={0}>
      <Group gap="sm" wrap="nowrap">
        <Face name={account?.displayName ?? "?"} url={account?.avatarUrl} size={42} />
        <div style={{ minWidth: 0 }}>
          <Text fw={600}>{account?.displayName ?? text.nobody}</Text>
          {account && (
            <Text size="sm" c="dimmed" truncate>
              {texts.network[account.network]} · @{account.handle}
            </Text>
          )}
        </div>
      </Group>
      <Group gap="sm" fz="sm" c="dimmed">
        <Status status={status} />
        <time dateTime={timelineAt}>{format.moment(timelineAt)}</time>
        {author && <span>{text.by(author.displayName)}</span>}
      </Group>
      <Text dir="auto" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
        {body}
      </Text>
      {link && (
        <Text size="sm" truncate>
          {text.link}:{" "}
          <Anchor href={link} target="_blank" rel="noreferrer">
            {link}
          </Anchor>
        </Text>
      )}
      {media && media.length > 0 && (
        <section aria-label={text.media}>
          <Title order={2} size="h6" mb={4}>
            {text.media}
          </Title>
          <ul className="plain-list" style={{ gap: "0.4rem" }}>
            {media.map(({ id, kind, url, altText }) => (
              <li key={id}>
                <Anchor href={url} target="_blank" rel="noreferrer" size="sm">
                  {text.kind[kind]}
                </Anchor>
                <Text span size="sm" c="dimmed" dir="auto">
                  {" "}
                  {altText ?? text.noAlt}
                </Text>
              </li>
            ))}
          </ul>
        </section>
      )}
      {tags && tags.length > 0 && (
        <Group gap="xs">
          {tags.map(({ id, name }) => (
            <Badge
              key={id}
              component={Link}
              href={`/posts?tag=${id}`}
              variant="default"
              tt="none"
              fw={500}
            >
              {name}
            </Badge>
          ))}
        </Group>
      )}
    </Stack>
  );
}
