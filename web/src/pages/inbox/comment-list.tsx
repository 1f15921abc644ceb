import { Stack, Text } from "@mantine/core";
import { Fragment, useState, type RefObject } from "react";
import { MoreOnScroll } from "../../components/more-on-scroll.tsx";
import { useFormat, useText } from "../../text/text.tsx";
import { CommentItem, type ListedComment } from "./comment-item.tsx";
import { News } from "./news.tsx";
import type { LastLook } from "./use-last-look.ts";

/** The comments, the newest first, with a line between what is new and what was seen before. */
export function CommentList({
  list,
  comments,
  lastLook,
  mayMark,
  listKey,
  openId,
  hrefOf,
  isMore,
  load,
}: {
  list: RefObject<HTMLUListElement | null>;
  comments: ListedComment[];
  lastLook: LastLook;
  /** Whether all can be marked as seen. */
  mayMark: boolean;
  /** Another one for another list. */
  listKey: string;
  openId: string | undefined;
  hrefOf: (id: string) => string;
  /** Undefined while another list is on its way. */
  isMore: boolean | undefined;
  load: () => Promise<unknown>;
}) {
  const { inbox: text } = useText();
  const format = useFormat();
  const { since, isKnown, mark } = lastLook;
  const [focused, setFocused] = useState<string>();
  const isNew = ({ createdAt }: ListedComment) => since !== undefined && createdAt > since;
  const newOnes = comments.filter(isNew).length;
  const stop = [focused, openId, comments[0]?.id].find((wanted) =>
    comments.some(({ id }) => id === wanted),
  );

  return (
    <Stack gap="xs">
      <News
        since={since}
        isKnown={isKnown}
        count={newOnes}
        isMore={newOnes === comments.length && isMore === true}
        mark={mayMark ? mark : undefined}
      />
      <span id="inbox-keys" className="said">
        {text.keys}
      </span>
      <ul
        ref={list}
        className="surface plain-list rows"
        aria-label={text.title}
        aria-describedby="inbox-keys"
      >
        {comments.map((comment, index) => (
          <Fragment key={comment.id}>
            {since !== undefined && index === newOnes && index > 0 && (
              <li className="seen-before">
                <Text size="xs">{text.seenBefore(format.moment(since))}</Text>
              </li>
            )}
            <CommentItem
              comment={comment}
              href={hrefOf(comment.id)}
              isOpen={comment.id === openId}
              isNew={isNew(comment)}
              isTabStop={comment.id === stop}
              noteFocus={setFocused}
            />
          </Fragment>
        ))}
      </ul>
      <MoreOnScroll
        key={listKey}
        isMore={isMore ?? false}
        label={text.more}
        status={text.shown(comments.length, isMore === false)}
        load={load}
      />
    </Stack>
  );
}
