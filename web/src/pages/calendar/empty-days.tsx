import { useQuery } from "@apollo/client/react";
import { Button, Group, Text } from "@mantine/core";
import { NewestPostDocument } from "../../operations.generated.ts";
import { useText } from "../../text/text.tsx";
import { dayOf, type Day } from "./days.ts";

/** For days without a post: the way to where there are some. */
export function EmptyDays({ show }: { show: (day: Day) => void }) {
  const { calendar: text } = useText();
  const newest = useQuery(NewestPostDocument).data?.posts?.edges[0]?.node;
  return (
    <Group className="surface" p="md" role="status">
      <Text>{text.emptyDays}</Text>
      {newest && (
        <Button
          variant="default"
          size="xs"
          onClick={() => show(dayOf(new Date(newest.timelineAt)))}
        >
          {text.toNewest}
        </Button>
      )}
    </Group>
  );
}
