import { useQuery } from "@apollo/client/react";
import { Button, Stack } from "@mantine/core";
import { useMemo } from "react";
import { useSearchParams } from "wouter";
import { Empty } from "../../components/empty.tsx";
import { FilterPanel, wordsOf } from "../../components/filter-panel.tsx";
import { MoreOnScroll } from "../../components/more-on-scroll.tsx";
import { ProblemNotice } from "../../components/problem-notice.tsx";
import { RowsSkeleton } from "../../components/rows-skeleton.tsx";
import {
  ApiKeysDocument,
  AuditLogDocument,
  MembersDocument,
  type AuditAction,
  type AuditLogEntryFilter,
} from "../../operations.generated.ts";
import { useText } from "../../text/text.tsx";
import { isDay } from "../calendar/days.ts";
import { daysBetween } from "../inbox/filters.ts";
import { AuditEntry } from "./audit-entry.tsx";

interface Filters {
  action: string[];
  actor: string[];
  from: string;
  to: string;
}

function readFilters(search: URLSearchParams): Filters {
  const day = (name: string) => {
    const given = search.get(name);
    return isDay(given) ? given : "";
  };
  return {
    action: search.getAll("action"),
    actor: search.getAll("actor"),
    from: day("from"),
    to: day("to"),
  };
}

function writeFilters({ action, actor, from, to }: Filters): URLSearchParams {
  const search = new URLSearchParams();
  for (const each of action) search.append("action", each);
  for (const each of actor) search.append("actor", each);
  if (from) search.set("from", from);
  if (to) search.set("to", to);
  return search;
}

function toFilter({ action, actor, from, to }: Filters): AuditLogEntryFilter {
  const range = daysBetween(from, to);
  return {
    ...(action.length > 0 ? { actions: action as AuditAction[] } : {}),
    ...(actor.length > 0 ? { actorIds: actor } : {}),
    ...(range ? { createdBetween: range } : {}),
  };
}

/** Who did what in the workspace, the newest first. */
export function AuditLog() {
  const { settings, posts } = useText();
  const text = settings.log;
  const [search, setSearch] = useSearchParams();
  const filters = useMemo(() => readFilters(search), [search]);
  const variables = useMemo(() => ({ filter: toFilter(filters) }), [filters]);
  const { data, previousData, error, loading, refetch, fetchMore } = useQuery(AuditLogDocument, {
    variables,
  });
  const known = data?.workspace?.auditLogEntries;
  const shown = known ?? (loading ? previousData?.workspace?.auditLogEntries : undefined);
  const entries = shown?.edges.map(({ node }) => node);
  const isNarrowed = writeFilters(filters).size > 0;
  const clear = () => setSearch(new URLSearchParams(), { replace: true });
  return (
    <Stack component="section" gap="sm" aria-label={text.title}>
      <FilterPanel
        choices={[
          { name: "action", label: text.action, data: wordsOf(text.actions) },
          { name: "actor", label: text.actor, data: useActors() },
        ]}
        values={filters}
        isChosen={isNarrowed}
        change={(changed) => setSearch(writeFilters({ ...filters, ...changed }), { replace: true })}
        clear={clear}
      />
      {error && (
        <ProblemNotice error={error} retry={() => refetch()} isPartial={entries !== undefined} />
      )}
      {!entries && loading && <RowsSkeleton />}
      {entries?.length === 0 && (
        <Empty {...(isNarrowed ? text.none : text.empty)}>
          {isNarrowed && <Button onClick={clear}>{posts.clear}</Button>}
        </Empty>
      )}
      {entries && entries.length > 0 && (
        <div aria-busy={loading}>
          <ul className="surface plain-list rows" aria-label={text.title}>
            {entries.map((entry) => (
              <AuditEntry key={entry.id} entry={entry} />
            ))}
          </ul>
          <MoreOnScroll
            key={JSON.stringify(variables)}
            isMore={known?.pageInfo.hasNextPage ?? false}
            label={text.more}
            status={text.shown(entries.length, known?.pageInfo.hasNextPage === false)}
            load={() => fetchMore({ variables: { after: known?.pageInfo.endCursor ?? null } })}
          />
        </div>
      )}
    </Stack>
  );
}

/** Members and keys, who may have done something; undefined until they have come. */
function useActors() {
  const members = useQuery(MembersDocument).data?.workspace?.members;
  const keys = useQuery(ApiKeysDocument).data?.workspace?.apiKeys;
  const { settings } = useText();
  if (!members || !keys) return undefined;
  return [
    ...members.edges.map(({ node }) => ({ value: node.id, label: node.displayName })),
    ...keys.edges.map(({ node }) => {
      const label = `${settings.log.actors.API_KEY}: ${node.name}`;
      return { value: node.id, label: node.hint === null ? label : `${label} (…${node.hint})` };
    }),
  ];
}
