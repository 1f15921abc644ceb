import { Button, Group, Skeleton, Stack, Text } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { ProblemNotice } from "./problem-notice.tsx";

/**
 * The end of a list that grows: asks for the next page when it comes near, and by its button for whoever does
 * not scroll. One page at a time; after an error only when it is told to.
 */
export function MoreOnScroll({
  isMore,
  label,
  status,
  load,
}: {
  isMore: boolean;
  label: string;
  /** Says how far the list goes. */
  status: string;
  load: () => Promise<unknown>;
}) {
  const end = useRef<HTMLDivElement>(null);
  const [isLoading, setIsLoading] = useState(false);
  const [error, setError] = useState<unknown>();
  const isWanted = isMore && !isLoading && error === undefined;

  const ask = () => {
    setIsLoading(true);
    setError(undefined);
    load()
      .catch(setError)
      .finally(() => setIsLoading(false));
  };
  const latestAsk = useRef(ask);
  useEffect(() => {
    latestAsk.current = ask;
  });
  useEffect(() => {
    if (!isWanted || !end.current) return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (!entry?.isIntersecting) return;
        observer.disconnect();
        latestAsk.current();
      },
      { rootMargin: "600px" },
    );
    observer.observe(end.current);
    return () => observer.disconnect();
  }, [isWanted]);

  return (
    <Stack ref={end} gap="sm" mt="sm" align="stretch">
      {isLoading && <Skeleton h={92} radius="lg" />}
      {error !== undefined && <ProblemNotice error={error} retry={ask} />}
      <Group justify="space-between" mih={36}>
        <Text size="sm" c="dimmed" role="status">
          {status}
        </Text>
        {isMore && (
          <Button variant="default" size="xs" disabled={isLoading} onClick={ask}>
            {label}
          </Button>
        )}
      </Group>
    </Stack>
  );
}
