import { Badge, Group } from "@mantine/core";
import type { Mark, OperationSummary } from "../../../../src/lens/wire.ts";
import { useText } from "../../text/text.tsx";

const colors: Record<Mark, string> = { split: "orange", regression: "grape", error: "red" };

/** What is remarkable about an operation, in words. */
export function Marks({ operation }: { operation: Pick<OperationSummary, "marks" | "codes"> }) {
  const { lens: text } = useText();
  const { marks, codes } = operation;
  if (marks.length === 0) return null;
  return (
    <Group component="span" gap={4} display="inline-flex">
      {marks.map((mark) => (
        <Badge
          key={mark}
          component="span"
          size="sm"
          variant="outline"
          className="mark"
          color={colors[mark]}
          tt="none"
          title={[text.markHint[mark], ...(mark === "error" ? codes : [])].join(" ")}
        >
          {/* A code says more than that there was one. */}
          {mark === "error" && codes.length > 0 ? codes.join(", ") : text.mark[mark]}
        </Badge>
      ))}
    </Group>
  );
}
