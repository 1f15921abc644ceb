import { Box } from "@mantine/core";
import { lazy, Suspense } from "react";

/** The chart library comes after the first paint. */
const Chart = lazy(() => import("./sparkline-chart.tsx"));

/** A small line of values; `label` says in words what it shows. */
export function Sparkline({ values, label }: { values: number[]; label: string }) {
  return (
    <Box h={44} w="100%" role="img" aria-label={label}>
      <Suspense fallback={null}>
        <Chart values={values} />
      </Suspense>
    </Box>
  );
}
