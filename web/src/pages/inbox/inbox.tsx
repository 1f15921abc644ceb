import { useQuery } from "@apollo/client/react";
import { Box, Button, Skeleton, Stack } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useCallback, useEffect, useMemo, useRef, type MouseEvent } from "react";
import { useSearchParams } from "wouter";
import { Empty } from "../../components/empty.tsx";
import { FilterPanel, wordsOf } from "../../components/filter-panel.tsx";
import { Page } from "../../components/page.tsx";
import { ProblemNotice } from "../../components/problem-notice.tsx";
import { RowsSkeleton } from "../../components/rows-skeleton.tsx";
import { Statements } from "../../components/statements.tsx";
import { InboxDocument, PostChoicesDocument } from "../../operations.generated.ts";
import { useText } from "../../text/text.tsx";
import { CommentList } from "./comment-list.tsx";
import { isFiltered, readFilters, toCommentFilter, writeFilters, type Filters } from "./filters.ts";
import { LookButton } from "./look-button.tsx";
import { OpenComment } from "./open-comment.tsx";
import { useInboxKeys } from "./use-inbox-keys.ts";
import { useLastLook } from "./use-last-look.ts";

/** Where the conversation has no room beside the list: style.css has the same. */
const ONE_COLUMN = "(max-width: 62em)";

/** What people wrote under posts of all accounts, page after page, and the conversation of one of them. */
export default function Inbox() {
  const texts = useText();
  const { inbox: text } = texts;
  const [search, setSearch] = useSearchParams();
  const filters = useMemo(() => readFilters(search), [search]);
  const openId = search.get("comment") ?? undefined;
  // Another open comment is no other list.
  const filterText = JSON.stringify(toCommentFilter(filters));
  const variables = useMemo(() => ({ filter: JSON.parse(filterText) }), [filterText]);
  const { data, previousData, error, loading, refetch, fetchMore } = useQuery(InboxDocument, {
    variables,
  });
  const { data: choices } = useQuery(PostChoicesDocument);
  const shown = data?.comments ?? (loading ? previousData?.comments : undefined);
  const comments = shown?.edges.map(({ node }) => node);
  const isNarrowed = isFiltered(filters);
  const newest = data?.comments?.edges[0]?.node.createdAt;
  const lastLook = useLastLook(isNarrowed ? undefined : newest);

  const list = useRef<HTMLUListElement>(null);
  const panel = useRef<HTMLElement>(null);
  const searchFor = useCallback(
    (id: string | undefined) => {
      const next = writeFilters(filters);
      if (id !== undefined) next.set("comment", id);
      return next;
    },
    [filters],
  );
  const hrefOf = useCallback((id: string) => `/inbox?${searchFor(id)}`, [searchFor]);
  const takesFocus = useRef(false);
  const noteLink = ({ target }: MouseEvent) => {
    takesFocus.current = (target as Element).closest('a[href^="/inbox"]') !== null;
  };
  const close = () => setSearch(searchFor(undefined), { replace: true });
  useInboxKeys(list, panel, {
    goTo(id) {
      takesFocus.current = false;
      if (openId !== undefined) setSearch(searchFor(id), { replace: true });
    },
    close,
  });
  const wasOpen = useRef(false);
  useEffect(() => {
    if (wasOpen.current && openId === undefined) {
      list.current?.querySelector<HTMLElement>("[data-comment][tabindex='0']")?.focus();
    }
    wasOpen.current = openId !== undefined;
  }, [openId]);
  const isOneColumn = useMediaQuery(ONE_COLUMN, matchMedia(ONE_COLUMN).matches);
  const isCovered = isOneColumn && openId !== undefined;

  const change = (changed: Partial<Filters>) =>
    setSearch(writeFilters({ ...filters, ...changed }), { replace: true });
  const clear = () => setSearch(new URLSearchParams(), { replace: true });

  return (
    <Page title={text.title} aside={!isCovered && <Statements operation="Inbox" />}>
      <div inert={isCovered}>
        <FilterPanel
          choices={[
            {
              name: "account",
              label: text.account,
              data: choices?.accounts?.edges.map(({ node }) => ({
                value: node.id,
                label: `${node.displayName} (${texts.network[node.network]})`,
              })),
            },
            { name: "status", label: text.status, data: wordsOf(texts.post.comment) },
            { name: "kind", label: text.kind, data: wordsOf(text.kinds) },
          ]}
          values={filters}
          isChosen={isNarrowed}
          change={change}
          clear={clear}
          aside={<LookButton look={() => refetch()} />}
        />
      </div>
      {error && (
        <ProblemNotice error={error} retry={() => refetch()} isPartial={comments !== undefined} />
      )}
      {!comments && loading && (
        <div className="inbox">
          <Stack gap="xs">
            <Skeleton h={36} />
            <RowsSkeleton />
          </Stack>
        </div>
      )}
      {comments?.length === 0 && (
        <Empty {...(isNarrowed ? text.none : text.empty)}>
          {isNarrowed && <Button onClick={clear}>{texts.posts.clear}</Button>}
        </Empty>
      )}
      {comments && comments.length > 0 && (
        <div className="inbox" onClickCapture={noteLink}>
          <Box aria-busy={loading} opacity={data ? 1 : 0.5} miw={0} inert={isCovered}>
            <CommentList
              list={list}
              comments={comments}
              lastLook={lastLook}
              // What filters hide was not seen.
              mayMark={!isNarrowed}
              listKey={filterText}
              openId={openId}
              hrefOf={hrefOf}
              isMore={data?.comments?.pageInfo.hasNextPage}
              load={() =>
                fetchMore({ variables: { after: data?.comments?.pageInfo.endCursor ?? null } })
              }
            />
          </Box>
          <OpenComment
            panel={panel}
            takesFocus={takesFocus}
            id={openId}
            listed={comments.find(({ id }) => id === openId)}
            hrefOf={hrefOf}
            close={close}
          />
        </div>
      )}
    </Page>
  );
}
