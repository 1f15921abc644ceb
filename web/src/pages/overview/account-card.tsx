import { Anchor, Group, Text, Title } from "@mantine/core";
import { Link } from "wouter";
import { Face } from "../../components/face.tsx";
import { Health } from "../../components/health.tsx";
import { Icon, type IconName } from "../../components/icons.tsx";
import { Sparkline } from "../../components/sparkline.tsx";
import { useFormat, useText } from "../../text/text.tsx";
import { engagementOf, postsOf, type OverviewAccount, type OverviewPost } from "./engagement.ts";

/** How many of the posts are shown; the line shows what all of them did. */
const SHOWN_POSTS = 3;

export function AccountCard({ account }: { account: OverviewAccount }) {
  const texts = useText();
  const text = texts.overview;
  const format = useFormat();
  const { id, displayName, handle, network, followerCount, health, avatarUrl } = account;
  const posts = postsOf(account);
  const engagement = posts.map((post) => engagementOf(post.metrics)).toReversed();
  return (
    <section className="surface account" aria-labelledby={id}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Group gap="sm" wrap="nowrap" miw={0}>
          <Face name={displayName} url={avatarUrl} size={40} />
          <div style={{ minWidth: 0 }}>
            <Title order={2} size="h5" id={id} lineClamp={1}>
              {displayName}
            </Title>
            <Text size="sm" c="dimmed" truncate>
              {texts.network[network]} · @{handle}
            </Text>
          </div>
        </Group>
        <Health health={health} />
      </Group>
      <Group wrap="nowrap" gap="lg" align="flex-end">
        <div>
          <Text fz={22} fw={650} lh={1.1} title={format.number(followerCount)}>
            {format.compact(followerCount)}
          </Text>
          <Text size="xs" c="dimmed">
            {text.followers}
          </Text>
        </div>
        {posts.length > 0 && (
          <Sparkline values={engagement} label={text.sparkline(displayName, posts.length)} />
        )}
      </Group>
      {posts.length === 0 ? (
        <Text size="sm" c="dimmed">
          {account.posts ? text.noPosts : text.failedPosts}
        </Text>
      ) : (
        <>
          <ul className="plain-list posts-of-account" aria-label={text.latest}>
            {posts.slice(0, SHOWN_POSTS).map((post) => (
              <PostLine key={post.id} post={post} />
            ))}
          </ul>
          <Anchor
            component={Link}
            href={`/posts?account=${id}`}
            size="sm"
            mt="auto"
            aria-label={text.allPosts(displayName)}
          >
            {text.all}
          </Anchor>
        </>
      )}
    </section>
  );
}

function PostLine({ post }: { post: OverviewPost }) {
  const texts = useText();
  const format = useFormat();
  const { id, body, timelineAt, metrics, comments } = post;
  const figures: [IconName, string, number][] = metrics
    ? [
        ["eye", texts.metric.impressions, metrics.impressions],
        ["heart", texts.metric.likes, metrics.likes],
        ["comment", texts.metric.comments, metrics.comments],
      ]
    : [];
  const latest = comments?.edges.map(({ node }) => node) ?? [];
  return (
    <li>
      <Link href={`/posts/${id}`} className="quiet-link">
        <Text size="sm" className="clip" dir="auto">
          {body}
        </Text>
      </Link>
      <Group gap="md" mt={4} c="dimmed" fz="xs">
        <time dateTime={timelineAt} title={format.moment(timelineAt)}>
          {format.relative(timelineAt)}
        </time>
        {figures.map(([icon, label, value]) => (
          <Group key={icon} gap={4} wrap="nowrap" title={`${label}: ${format.number(value)}`}>
            <Icon name={icon} size={14} />
            <span className="said">{label}</span>
            {format.compact(value)}
          </Group>
        ))}
      </Group>
      {latest.map(({ id: key, author, body: said }) => (
        <Text key={key} size="xs" className="clip clip-1" mt={4} pl="sm">
          <b>
            <bdi>{author?.displayName ?? texts.post.nobody}</bdi>
            {texts.overview.colon}
          </b>{" "}
          <bdi>{said}</bdi>
        </Text>
      ))}
    </li>
  );
}
