import { BarChart } from "@mantine/charts";
import "@mantine/charts/styles.css";
import { useFormat } from "../../text/text.tsx";

export default function FiguresChart({
  bars,
  label,
}: {
  bars: { name: string; value: number }[];
  label: string;
}) {
  const format = useFormat();
  return (
    <BarChart
      h={160}
      data={bars}
      dataKey="name"
      series={[{ name: "value", label, color: "brand.5" }]}
      valueFormatter={format.compact}
      gridAxis="none"
      withYAxis={false}
      withBarValueLabel
      withTooltip={false}
      // Room for the value above the highest bar.
      barChartProps={{ margin: { top: 20 } }}
      barProps={{ isAnimationActive: false, radius: 4 }}
    />
  );
}
