import { Button, Group, Text } from "@mantine/core";
import { useIntersection } from "@mantine/hooks";
import { useState } from "react";
import { useSearchParams } from "wouter";
import { RefusedError } from "../../api/refused.ts";
import { Empty } from "../../components/empty.tsx";
import { ProblemNotice } from "../../components/problem-notice.tsx";
import { useText } from "../../text/text.tsx";
import { FilterBar } from "./filter-bar.tsx";
import { readFilters, writeFilters, type LensFilters } from "./filters.ts";
import { LensPage } from "./lens-page.tsx";
import { ListSkeleton } from "./list-skeleton.tsx";
import { LiveState } from "./live-state.tsx";
import { OperationTable } from "./operation-table.tsx";
import { useLive } from "./use-live.ts";

/** What the workspace asks, as it asks it. */
export function Operations() {
  const { lens: text } = useText();
  const [search, setSearch] = useSearchParams();
  const filters = readFilters(search);
  const query = writeFilters(filters).toString();
  const [isPaused, setIsPaused] = useState(false);
  const [isPointed, setIsPointed] = useState(false);
  const [isFocused, setIsFocused] = useState(false);
  const { ref: top, entry } = useIntersection();
  // Whoever reads must not have a line move away: below the pointer, at the focus, or further down.
  const isRead = isPointed || isFocused || entry?.isIntersecting === false;
  const live = useLive(query, isPaused || isRead);

  const change = (changed: Partial<LensFilters>) =>
    setSearch(writeFilters({ ...filters, ...changed }), { replace: true });
  const clear = () => setSearch(new URLSearchParams(), { replace: true });
  const { shown, waiting, error } = live;
  const isOff = error instanceof RefusedError && error.code === "NOT_FOUND";

  return (
    <LensPage title={text.title}>
      <FilterBar filters={filters} change={change} clear={clear} />
      <div>
        <div ref={top} />
        <LiveState
          live={live}
          isPaused={isPaused}
          isRead={isRead}
          toggle={() => setIsPaused((before) => !before)}
          show={() => {
            live.show();
            scrollTo(0, 0);
          }}
        />
        {isOff && <Empty {...text.off} />}
        {error !== undefined && !isOff && (
          <ProblemNotice error={error} retry={live.retry} isPartial={shown !== undefined} />
        )}
        {!shown && error === undefined && <ListSkeleton />}
        {shown?.length === 0 && waiting.length === 0 && (
          <Empty {...(query ? text.none : text.empty)}>
            {query ? (
              <Button onClick={clear}>{text.filters.clear}</Button>
            ) : (
              <Button component="a" href="/graphiql" target="_blank" variant="default">
                {text.empty.action}
              </Button>
            )}
          </Empty>
        )}
        {shown && shown.length > 0 && (
          <>
            <div
              // Not when it enters: the list may have come below a pointer that rests.
              onPointerOver={({ pointerType }) => setIsPointed(pointerType === "mouse")}
              onPointerLeave={() => setIsPointed(false)}
              onFocus={() => setIsFocused(true)}
              onBlur={() => setIsFocused(false)}
            >
              <OperationTable operations={shown} search={query} />
            </div>
            <Group mt="xs">
              <Text size="sm" c="dimmed">
                {text.live.shown(shown.length, live.keeps)}
              </Text>
            </Group>
          </>
        )}
      </div>
    </LensPage>
  );
}
