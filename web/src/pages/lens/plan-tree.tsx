import { Text } from "@mantine/core";
import { useFormat, useText } from "../../text/text.tsx";

type PlanNode = Record<string, unknown>;

/** What tells most of a node, as PostgreSQL calls it. */
const CONDITIONS = ["Index Cond", "Recheck Cond", "Hash Cond", "Join Filter", "Filter"] as const;

/** A plan as PostgreSQL gives it in JSON: each step, and below it those that it takes its rows from. */
export function PlanTree({ plan }: { plan: PlanNode }) {
  return (
    <ul className="plan">
      <Step node={plan} />
    </ul>
  );
}

function Step({ node }: { node: PlanNode }) {
  const { lens } = useText();
  const { sql: text } = lens;
  const format = useFormat();
  const number = (name: string) => {
    const value = node[name];
    return typeof value === "number" ? value : undefined;
  };
  const word = (name: string) => {
    const value = node[name];
    return typeof value === "string" ? value : undefined;
  };
  const plans = Array.isArray(node["Plans"]) ? (node["Plans"] as PlanNode[]) : [];
  const loops = number("Actual Loops");
  const hit = number("Shared Hit Blocks");
  const on = [word("Index Name"), word("Relation Name"), word("Alias")].filter(Boolean);
  const facts = [
    text.estimated(
      format.number(number("Plan Rows") ?? 0),
      format.tenths(number("Total Cost") ?? 0),
    ),
  ];
  if (loops !== undefined) {
    facts.push(
      text.actual(
        format.number(number("Actual Rows") ?? 0),
        lens.ms(format.tenths(number("Actual Total Time") ?? 0)),
        format.number(loops),
      ),
    );
  }
  if (hit !== undefined && loops !== undefined) {
    facts.push(text.buffers(format.number(hit), format.number(number("Shared Read Blocks") ?? 0)));
  }
  return (
    <li>
      <Text span inherit fw={650}>
        {word("Node Type")}
      </Text>{" "}
      <span className="path">{[...new Set(on)].join(" · ")}</span>
      <Text inherit c="dimmed">
        {facts.join(" · ")}
      </Text>
      {CONDITIONS.map((each) => {
        const condition = word(each);
        return (
          condition && (
            <Text key={each} inherit c="dimmed" className="path">
              {each}: {condition}
            </Text>
          )
        );
      })}
      {plans.length > 0 && (
        <ul className="plan">
          {plans.map((each, index) => (
            <Step key={index} node={each} />
          ))}
        </ul>
      )}
    </li>
  );
}
