import { Group, Text, Tooltip } from "@mantine/core";
import type { AccountHealth } from "../operations.generated.ts";
import { useText } from "../text/text.tsx";

const colors: Record<AccountHealth, string> = {
  HEALTHY: "var(--mantine-color-teal-6)",
  EXPIRING: "var(--mantine-color-yellow-6)",
  DISCONNECTED: "var(--mantine-color-red-6)",
};

/** Whether an account works: in words, with a dot for the eye. */
export function Health({ health }: { health: AccountHealth }) {
  const texts = useText();
  const hints = { EXPIRING: texts.overview.expiring, DISCONNECTED: texts.overview.reconnect };
  const shown = (
    <Group gap={6} wrap="nowrap" tabIndex={health === "HEALTHY" ? undefined : 0}>
      <span className="dot" style={{ background: colors[health] }} />
      <Text size="xs" fw={health === "HEALTHY" ? 400 : 650} style={{ whiteSpace: "nowrap" }}>
        {texts.health[health]}
      </Text>
    </Group>
  );
  if (health === "HEALTHY") return shown;
  return (
    <Tooltip
      label={hints[health]}
      multiline
      w={240}
      events={{ hover: true, focus: true, touch: true }}
    >
      {shown}
    </Tooltip>
  );
}
