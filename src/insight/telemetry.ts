import type { Config } from "../config.ts";
import type { OperationHooks } from "../operation-hooks.ts";
import type { OperationObserver } from "./finished-operation.ts";
import type { Logger } from "./log.ts";
import type { Measurable } from "./metrics.ts";
import { slowLog } from "./slow-log.ts";

/**
 * What those who run the server see of it: slow lines, metrics and traces. Packages of what is not
 * configured are not even loaded, and nothing of it stands in the way of a request.
 */
export async function startTelemetry(
  config: Pick<Config, "slow" | "metrics" | "tracing">,
  { databaseUrl, ...measurable }: Measurable & { databaseUrl: string },
  logger: Logger,
) {
  const traces = config.tracing && (await startTraces(config.tracing, databaseUrl, logger));
  const metrics = config.metrics && (await startMetrics(measurable));
  const observers: OperationObserver[] = slowLog(config.slow, traces?.logger ?? logger);
  if (metrics) observers.push(metrics);
  if (traces) observers.push(traces);
  return {
    /** To be used instead of the given one. */
    logger: traces?.logger ?? logger,
    traces,
    metrics,
    observers,
    /** To come before all others. */
    plugins: traces ? [traces.phases] : [],
    /** Makes the part of hooks in an operation seen. */
    timed: (name: string, hooks: OperationHooks) => traces?.timed(name, hooks) ?? hooks,
    /** When no request is under way any more. */
    close: async () => traces?.close(),
  };
}

export type Telemetry = Awaited<ReturnType<typeof startTelemetry>>;

async function startTraces(tracing: NonNullable<Config["tracing"]>, url: string, logger: Logger) {
  const { Traces } = await import("./traces/traces.ts");
  return new Traces(tracing, url, logger);
}

async function startMetrics(measurable: Measurable) {
  const { Metrics } = await import("./metrics.ts");
  return new Metrics(measurable);
}
