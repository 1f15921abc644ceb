import { Button, Group, Text } from "@mantine/core";
import { useFormat, useText } from "../../text/text.tsx";

/** How much is new since the inbox was looked at before. */
export function News({
  since,
  count,
  isMore,
  mark,
}: {
  since: string;
  count: number;
  /** Whether there may be more than were loaded. */
  isMore: boolean;
  mark: () => void;
}) {
  const { inbox: text } = useText();
  const format = useFormat();
  const moment = format.moment(since);
  return (
    <Group justify="space-between" mih={36} gap="xs">
      <Text size="sm" fw={count > 0 ? 650 : 400} role="status">
        {count > 0 ? text.news(count, isMore, moment) : text.noNews(moment)}
      </Text>
      {count > 0 && (
        <Button size="xs" variant="default" onClick={mark}>
          {text.looked}
        </Button>
      )}
    </Group>
  );
}
