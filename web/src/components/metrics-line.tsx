import { Group } from "@mantine/core";
import { useFormat, useText } from "../text/text.tsx";
import { Icon, type IconName } from "./icons.tsx";

const icons = { impressions: "eye", likes: "heart", comments: "comment", shares: "share" } as const;
type Shown = keyof typeof icons;

/** A post's figures in one line: an icon for the eye, its name for the ear. */
export function MetricsLine({ metrics }: { metrics: Partial<Record<Shown, number>> | null }) {
  const { metric } = useText();
  const format = useFormat();
  if (!metrics) return null;
  const figures = Object.entries(icons) as [Shown, IconName][];
  return figures.map(([name, icon]) => {
    const value = metrics[name];
    if (value === undefined) return null;
    return (
      <Group
        key={name}
        component="span"
        gap={4}
        wrap="nowrap"
        title={`${metric[name]}: ${format.number(value)}`}
      >
        <Icon name={icon} size={14} />
        <span className="said">{metric[name]}</span>
        {format.compact(value)}
      </Group>
    );
  });
}
