import { Button, Group, Text } from "@mantine/core";
import { useState } from "react";
import { useFormat, useText } from "../../text/text.tsx";

/** How much is new since the inbox was looked at before. */
export function News({
  since,
  isKnown,
  count,
  isMore,
  mark,
  look,
}: {
  /** Undefined for who was never here. */
  since: string | undefined;
  /** Whether that is known yet. */
  isKnown: boolean;
  count: number;
  /** Whether there may be more than were loaded. */
  isMore: boolean;
  mark: () => void;
  /** Asks the server for what came since the page was opened. */
  look: () => Promise<unknown>;
}) {
  const { inbox: text } = useText();
  const format = useFormat();
  const [isLooking, setIsLooking] = useState(false);
  const lookNow = () => {
    setIsLooking(true);
    // What went wrong is shown above the list.
    look()
      .catch(() => undefined)
      .finally(() => setIsLooking(false));
  };
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
      <Group gap="xs">
        {count > 0 && (
          <Button size="xs" variant="default" onClick={mark}>
            {text.looked}
          </Button>
        )}
        <Button size="xs" variant="default" loading={isLooking} onClick={lookNow}>
          {text.look}
        </Button>
      </Group>
    </Group>
  );
}
