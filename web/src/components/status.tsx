import { Group, Text } from "@mantine/core";
import type { PostStatus } from "../operations.generated.ts";
import { useText } from "../text/text.tsx";

/** A colour for each status, always beside its word or explained by a legend. */
export const statusColor: Record<PostStatus, string> = {
  DRAFT: "var(--mantine-color-gray-5)",
  NEEDS_APPROVAL: "var(--mantine-color-yellow-6)",
  SCHEDULED: "var(--mantine-color-brand-5)",
  PUBLISHING: "var(--mantine-color-cyan-6)",
  PUBLISHED: "var(--mantine-color-teal-6)",
  FAILED: "var(--mantine-color-red-6)",
};

/** How far a post is. */
export function Status({ status }: { status: PostStatus }) {
  const texts = useText();
  return (
    <Group gap={6} wrap="nowrap" component="span">
      <span className="dot" style={{ background: statusColor[status] }} />
      <Text span size="xs" fw={600} style={{ whiteSpace: "nowrap" }}>
        {texts.status[status]}
      </Text>
    </Group>
  );
}
