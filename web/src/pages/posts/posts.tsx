import { useQuery } from "@apollo/client/react";
import { Box, Button } from "@mantine/core";
import { useMemo, useState } from "react";
import { useSearchParams } from "wouter";
import { Empty } from "../../components/empty.tsx";
import { MoreOnScroll } from "../../components/more-on-scroll.tsx";
import { Page } from "../../components/page.tsx";
import { ProblemNotice } from "../../components/problem-notice.tsx";
import { RowsSkeleton } from "../../components/rows-skeleton.tsx";
import { Statements } from "../../components/statements.tsx";
import { PostsDocument } from "../../operations.generated.ts";
import { useText } from "../../text/text.tsx";
import { FilterBar } from "./filter-bar.tsx";
import { isFiltered, readFilters, toPostFilter, writeFilters, type Filters } from "./filters.ts";
import { PostItem } from "./post-item.tsx";

/** All posts of the workspace, page after page: the cache puts them together. */
export default function Posts() {
  const { posts: text } = useText();
  const [search, setSearch] = useSearchParams();
  const filters = useMemo(() => readFilters(search), [search]);
  const variables = useMemo(
    () => ({ filter: toPostFilter(filters), orderBy: filters.order }),
    [filters],
  );
  const { data, previousData, error, loading, refetch, fetchMore } = useQuery(PostsDocument, {
    variables,
  });
  // While another list is on its way the one before stays, so that nothing jumps.
  const shown = data?.posts ?? (loading ? previousData?.posts : undefined);
  const posts = shown?.edges.map(({ node }) => node);
  const change = (changed: Partial<Filters>) =>
    setSearch(writeFilters({ ...filters, ...changed }), { replace: true });
  const [clears, setClears] = useState(0);
  const clear = () => {
    setSearch(new URLSearchParams(), { replace: true });
    setClears((before) => before + 1);
  };
  const isNarrowed = isFiltered(filters);

  return (
    <Page title={text.title} aside={<Statements operation="Posts" />}>
      <FilterBar filters={filters} change={change} clear={clear} clears={clears} />
      {error && (
        <ProblemNotice error={error} retry={() => refetch()} isPartial={posts !== undefined} />
      )}
      {!posts && loading && <RowsSkeleton />}
      {posts?.length === 0 && (
        <Empty {...(filters.text ? text.search.none : isNarrowed ? text.none : text.empty)}>
          {isNarrowed && <Button onClick={clear}>{text.clear}</Button>}
        </Empty>
      )}
      {posts && posts.length > 0 && (
        <Box aria-busy={loading} opacity={data ? 1 : 0.5}>
          <ul className="surface plain-list rows" aria-label={text.title}>
            {posts.map((post) => (
              <PostItem key={post.id} post={post} />
            ))}
          </ul>
          <MoreOnScroll
            // Of another list the page may be another one.
            key={JSON.stringify(variables)}
            isMore={data?.posts?.pageInfo.hasNextPage ?? false}
            label={text.more}
            status={text.shown(posts.length, data?.posts?.pageInfo.hasNextPage === false)}
            load={() =>
              fetchMore({ variables: { after: data?.posts?.pageInfo.endCursor ?? null } })
            }
          />
        </Box>
      )}
    </Page>
  );
}
