import { SimpleGrid, Text } from "@mantine/core";
import { useFormat, useText } from "../../text/text.tsx";
import { engagementOf, postsOf, sum, type OverviewAccount } from "./engagement.ts";

/** The workspace in four numbers. */
export function Figures({ accounts, troubled }: { accounts: OverviewAccount[]; troubled: number }) {
  const { overview: text } = useText();
  const format = useFormat();
  const posts = accounts.flatMap(postsOf);
  const figures = [
    [text.accounts, format.number(accounts.length)],
    [text.followers, format.compact(sum(accounts.map((each) => each.followerCount)))],
    [text.latestEngagement, format.compact(sum(posts.map((each) => engagementOf(each.metrics))))],
    [text.attention, format.number(troubled)],
  ];
  return (
    <SimpleGrid component="dl" cols={{ base: 2, sm: 4 }} spacing="md" m={0}>
      {figures.map(([label, value]) => (
        <div key={label} className="surface figure">
          <Text component="dt" size="sm" c="dimmed">
            {label}
          </Text>
          <Text component="dd" m={0} fz={26} fw={650} lh={1.2}>
            {value}
          </Text>
        </div>
      ))}
    </SimpleGrid>
  );
}
