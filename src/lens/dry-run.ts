import { GraphQLError, type GraphQLFormattedError } from "graphql";
import type { Viewer } from "../auth/viewer.ts";
import type { RequestContext } from "../context.ts";
import { heaviestPath } from "../gates/heaviest.ts";
import { price } from "../gates/measurement.ts";
import { costByField } from "./cost-by-field.ts";
import { understand, type Understood } from "./document.ts";
import { predict, type Dry } from "./predict.ts";
import type { DryRunAnswer, DryRunRequest, PredictedStatement } from "./wire.ts";

/** What a dry run is made with. */
export interface DryRunDeps {
  dry: Dry;
  /** Takes an operation through all checks of the server and executes nothing: the errors of its answer. */
  rehearse(
    asked: DryRunRequest,
    context: RequestContext,
  ): Promise<readonly GraphQLFormattedError[]>;
  /** Throws what the viewer is refused with for a document that is not trusted. */
  checkTrust(query: string, viewer: Viewer): void;
  limits: { depth: number; complexity: number; nodes: number };
}

/** The refusals after which the document is known to be in bounds and to fit the schema. */
const MEASURED: ReadonlySet<unknown> = new Set([
  "DEPTH_LIMIT_EXCEEDED",
  "COMPLEXITY_LIMIT_EXCEEDED",
  "NODE_LIMIT_EXCEEDED",
]);

/** What the server would say of an operation, and what it would send to the database. Sends nothing. */
export async function dryRun(
  deps: DryRunDeps,
  asked: DryRunRequest,
  viewer: Viewer,
): Promise<DryRunAnswer> {
  const { dry, limits } = deps;
  const context = dry.createContext(() => undefined, new Map());
  const errors = await deps.rehearse(asked, context);
  await context.session.close();
  const isMeasured = errors.every(({ extensions }) => MEASURED.has(extensions?.["code"]));
  const refusals = [...untrusted(deps, asked.query, viewer), ...errors.map(refusalOf)];
  const nothing: DryRunAnswer = {
    refusals,
    name: asked.operationName ?? null,
    kind: null,
    depth: null,
    complexity: null,
    nodes: null,
    limits: {
      depth: viewer.limits.depth ?? limits.depth,
      complexity: viewer.limits.complexity ?? limits.complexity,
      nodes: viewer.limits.nodes ?? limits.nodes,
    },
    heaviest: null,
    fields: [],
    statements: null,
    incomplete: "It would be refused.",
  };
  const understood = isMeasured
    ? understand(dry.schema, asked.query, asked.operationName ?? null)
    : undefined;
  if (!understood) {
    return errors.length > 0
      ? nothing
      : { ...nothing, refusals: [...refusals, notResolved(asked.operationName)] };
  }
  return { ...nothing, ...(await measured(deps, asked, understood, errors.length > 0)) };
}

async function measured(
  { dry }: DryRunDeps,
  { variables = {} }: DryRunRequest,
  { document, measurement }: Understood,
  isRefused: boolean,
): Promise<Partial<DryRunAnswer>> {
  const { operation, depth, plan } = measurement;
  const known = { name: operation.name?.value ?? null, kind: operation.operation, depth };
  const priced = price(measurement, variables);
  if (!priced) {
    const message =
      "The variables do not fit the operation; send a value of its type for each that it requires";
    const refused = { message, code: "BAD_USER_INPUT", extensions: { code: "BAD_USER_INPUT" } };
    return { ...known, refusals: [refused] };
  }
  const { complexity, cost, coerced } = priced;
  const { path, score } = heaviestPath(plan, cost.complexityOf);
  const figures = {
    ...known,
    complexity,
    nodes: cost.nodes,
    heaviest: path.length > 0 ? { path, points: score } : null,
    fields: costByField(plan, cost, { variables: coerced }),
  };
  if (isRefused) return figures;
  const found = await predict(dry, document, measurement, variables);
  if ("why" in found) return { ...figures, incomplete: found.why };
  const statements = found.map(({ loader, level, fields, statement }): PredictedStatement => ({
    loader,
    level,
    fields: [...fields],
    text: statement.text,
  }));
  return { ...figures, statements, incomplete: null };
}

/** As execution says it, which a dry run does not get to. */
function notResolved(operationName: string | undefined) {
  const message =
    operationName === undefined
      ? "Must provide operation name if query contains multiple operations."
      : `Unknown operation named "${operationName}".`;
  return refusalOf({ message, extensions: { code: "OPERATION_RESOLUTION_FAILURE" } });
}

function untrusted(deps: DryRunDeps, query: string, viewer: Viewer) {
  try {
    deps.checkTrust(query, viewer);
    return [];
  } catch (error) {
    if (error instanceof GraphQLError) return [refusalOf(error)];
    throw error;
  }
}

function refusalOf({
  message,
  extensions = {},
}: Pick<GraphQLFormattedError, "message" | "extensions">) {
  const { http: _, ...rest } = extensions as Record<string, unknown>;
  return { message, code: String(rest["code"]), extensions: rest };
}
