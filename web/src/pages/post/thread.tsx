import { useApolloClient } from "@apollo/client/react";
import { Box, Text, Title } from "@mantine/core";
import { CommentText } from "../../components/comment-text.tsx";
import { MoreButton } from "../../components/more-button.tsx";
import { MoreRepliesDocument } from "../../operations.generated.ts";
import { useText } from "../../text/text.tsx";
import type { ShownPost } from "./post.tsx";

type Comments = NonNullable<ShownPost["comments"]>;
type ThreadComment = Comments["edges"][number]["node"];

/** What was said under a post: comments, and the answers to each. */
export function Thread({
  comments,
  loadMore,
}: {
  comments: Comments;
  loadMore: () => Promise<unknown>;
}) {
  const { post: text } = useText();
  return (
    <Box component="section" className="surface" p="md" aria-label={text.thread}>
      <Title order={2} size="h5" mb="sm">
        {text.thread}
      </Title>
      {comments.edges.length === 0 && (
        <Text size="sm" c="dimmed">
          {text.noComments}
        </Text>
      )}
      <ul className="plain-list thread">
        {comments.edges.map(({ node }) => (
          <li key={node.id}>
            <CommentText comment={node} />
            <Replies comment={node} />
          </li>
        ))}
      </ul>
      {comments.pageInfo.hasNextPage && <MoreButton label={text.moreComments} load={loadMore} />}
    </Box>
  );
}

function Replies({ comment }: { comment: ThreadComment }) {
  const { post: text } = useText();
  const client = useApolloClient();
  const { id, author, replies } = comment;
  if (!replies || replies.edges.length === 0) return null;
  const { hasNextPage, endCursor } = replies.pageInfo;
  // The cache adds them to the comment, wherever it is shown.
  const more = () =>
    client.query({
      query: MoreRepliesDocument,
      variables: { id, after: endCursor },
      errorPolicy: "none",
    });
  return (
    <>
      <ul className="plain-list replies" aria-label={text.replies(author?.displayName ?? "?")}>
        {replies.edges.map(({ node }) => (
          <li key={node.id}>
            <CommentText comment={node} />
          </li>
        ))}
      </ul>
      {hasNextPage && <MoreButton label={text.moreReplies} load={more} />}
    </>
  );
}
