import { Group, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { MoreButton } from "../../components/more-button.tsx";
import { ProblemNotice } from "../../components/problem-notice.tsx";
import { RowsSkeleton } from "../../components/rows-skeleton.tsx";

/** A list of the settings below its heading, in each state that it may be in. */
export function List({
  title,
  lead,
  aside,
  before,
  error,
  isLoading,
  retry,
  count,
  empty,
  more,
  children,
}: {
  title: string;
  lead?: string | undefined;
  /** Beside the heading. */
  aside?: ReactNode;
  /** Between the heading and the list. */
  before?: ReactNode;
  error: unknown;
  isLoading: boolean;
  retry: () => unknown;
  /** How many there are; undefined until they have come. */
  count: number | undefined;
  empty: ReactNode;
  more?: { label: string; load: () => Promise<unknown> } | undefined;
  children: ReactNode;
}) {
  return (
    <Stack component="section" gap="sm" aria-label={title}>
      <Group justify="space-between" gap="xs" mih={36}>
        <Title order={2} size="h4">
          {title}
        </Title>
        {aside}
      </Group>
      {lead && (
        <Text size="sm" c="dimmed">
          {lead}
        </Text>
      )}
      {before}
      {error !== undefined && (
        <ProblemNotice error={error} retry={retry} isPartial={count !== undefined} />
      )}
      {count === undefined && isLoading && <RowsSkeleton count={3} />}
      {count === 0 && empty}
      {count !== undefined && count > 0 && (
        <ul className="surface plain-list rows" aria-label={title}>
          {children}
        </ul>
      )}
      {more && <MoreButton {...more} />}
    </Stack>
  );
}
