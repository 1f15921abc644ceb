import { Button, Group, Text } from "@mantine/core";
import { useFormat, useText } from "../../text/text.tsx";

/** How much is new since the inbox was looked at before. */
export function News({
  since,
  isKnown,
  count,
  isMore,
  mark,
}: {
  /** Undefined for who was never here. */
  since: string | undefined;
  /** Whether that is known yet. */
  isKnown: boolean;
  count: number;
  /** Whether there may be more than were loaded. */
  isMore: boolean;
  /** Undefined while filters leave some out. */
  mark: (() => void) | undefined;
}) {
  const { inbox: text } = useText();
  const format = useFormat();
  const words = () => {
    if (!isKnown) return "";
    if (since === undefined) return text.first;
    const moment = format.moment(since);
    return count > 0 ? text.news(count, isMore, moment) : text.noNews(moment);
  };
  return (
    <Group justify="space-between" mih={36} gap="xs">
      <Text size="sm" fw={count > 0 ? 650 : 400} role="status">
        {words()}
      </Text>
      {count > 0 && mark && (
        <Button size="xs" variant="default" onClick={mark}>
          {text.looked}
        </Button>
      )}
    </Group>
  );
}
