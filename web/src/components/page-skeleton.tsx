import { Skeleton, Stack } from "@mantine/core";
import { useText } from "../text/text.tsx";

/** While a page's code is on its way. */
export function PageSkeleton() {
  const { app } = useText();
  return (
    <Stack gap="lg" role="status" aria-label={app.loading}>
      <Skeleton h={40} w={220} />
      <Skeleton h={90} />
      <Skeleton h={320} />
    </Stack>
  );
}
