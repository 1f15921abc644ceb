import { Box, Text, Title } from "@mantine/core";
import { lazy, Suspense } from "react";
import { useFormat, useText } from "../../text/text.tsx";
import type { ShownPost } from "./post.tsx";

const Chart = lazy(() => import("./figures-chart.tsx"));

const names = [
  "impressions",
  "reach",
  "likes",
  "comments",
  "shares",
  "clicks",
  "saves",
  "videoViews",
] as const;

/** The figures are apart by a thousand times: the bars are of what people did. */
const drawn = ["likes", "comments", "shares", "clicks", "saves"] as const;

/** What a post did, in numbers and as bars. */
export function Figures({ metrics }: { metrics: ShownPost["metrics"] }) {
  const { post: text, metric } = useText();
  const format = useFormat();
  return (
    <Box component="section" className="surface" p="md" aria-label={text.figures}>
      <Title order={2} size="h5" mb="sm">
        {text.figures}
      </Title>
      {metrics ? (
        <>
          <dl className="figures">
            {names.map((name) => (
              <div key={name}>
                <Text component="dt" size="xs" c="dimmed">
                  {metric[name]}
                </Text>
                <Text component="dd" m={0} fw={650}>
                  {format.number(metrics[name])}
                </Text>
              </div>
            ))}
          </dl>
          <Box h={160} my="sm" role="img" aria-label={text.chart}>
            <Suspense fallback={null}>
              <Chart
                bars={drawn.map((name) => ({ name: metric[name], value: metrics[name] }))}
                label={metric.engagement}
              />
            </Suspense>
          </Box>
          <Text size="xs" c="dimmed">
            {text.capturedAt(format.moment(metrics.capturedAt))}
          </Text>
        </>
      ) : (
        <Text size="sm" c="dimmed">
          {text.noFigures}
        </Text>
      )}
    </Box>
  );
}
