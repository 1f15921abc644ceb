import { Sparkline } from "@mantine/charts";
import "@mantine/charts/styles.css";

export default function SparklineChart({ values }: { values: number[] }) {
  return (
    <Sparkline
      h={44}
      w="100%"
      data={values}
      curveType="monotone"
      color="brand.5"
      fillOpacity={0.25}
    />
  );
}
