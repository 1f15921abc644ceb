import { Group, SimpleGrid, Skeleton, Stack } from "@mantine/core";
import { useText } from "../../text/text.tsx";

/** As high as what comes, so that nothing jumps. */
export function OverviewSkeleton() {
  const { app } = useText();
  return (
    <Stack gap="lg" role="status" aria-label={app.loading}>
      <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="md">
        {[1, 2, 3, 4].map((each) => (
          <Skeleton key={each} h={86} radius="lg" />
        ))}
      </SimpleGrid>
      <Skeleton h={36} w={260} />
      <SimpleGrid cols={{ base: 1, md: 2, xl: 3 }} spacing="md">
        {[1, 2, 3, 4, 5, 6].map((each) => (
          <div key={each} className="surface account" style={{ minHeight: 430 }}>
            <Group wrap="nowrap">
              <Skeleton circle h={40} w={40} style={{ flex: "none" }} />
              <Stack gap={6} flex={1}>
                <Skeleton h={14} w="60%" />
                <Skeleton h={12} w="40%" />
              </Stack>
            </Group>
            <Skeleton h={44} />
            <Skeleton h={80} />
            <Skeleton h={80} />
            <Skeleton h={80} />
          </div>
        ))}
      </SimpleGrid>
    </Stack>
  );
}
