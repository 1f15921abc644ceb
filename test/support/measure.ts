import { getOperationAST, parse } from "graphql";
import { deepestPath } from "../../src/gates/depth.ts";
import { heaviestPath } from "../../src/gates/heaviest.ts";
import { measure as measureOperation, price } from "../../src/gates/measurement.ts";
import { buildSchema } from "../../src/schema/build.ts";

const schema = buildSchema();

/** What the gates measure of a valid document, without asking a server. */
export function measure(text: string, variables: Record<string, unknown> = {}) {
  const document = parse(text);
  const operation = getOperationAST(document);
  if (!operation) throw new Error("no operation");
  const measurement = measureOperation(schema, document, operation);
  const priced = price(measurement, variables);
  if (!priced) throw new Error("the variables do not fit");
  const { plan, depth, atMost, isPlanRight } = measurement;
  return {
    depth,
    complexity: priced.complexity,
    nodes: priced.cost.nodes,
    atMost,
    isPlanRight,
    deepest: deepestPath(plan),
    heaviest: heaviestPath(plan, priced.cost.complexityOf),
  };
}
