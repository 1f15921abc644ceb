import { ExportResultCode } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
  type Sampler,
  type SpanExporter,
} from "@opentelemetry/sdk-trace";
import { ATTR_SERVICE_INSTANCE_ID, ATTR_SERVICE_NAME } from "@opentelemetry/semantic-conventions";
import { randomUUID } from "node:crypto";
import type { Tracing } from "../../config.ts";
import type { Logger } from "../log.ts";

/** How long sending spans may take, all attempts together: so long a stop waits for it, too. */
export const EXPORT_MS = 3_000;

/** A collector that is away is told of once in this time. */
const SILENT_MS = 60_000;

/** Where spans go: in batches to the collector, out of the way of requests. */
export function createProvider({ resource, serviceName, ...tracing }: Tracing, logger: Logger) {
  const { url, headers } = tracing;
  const exporter = new OTLPTraceExporter({ url, headers, timeoutMillis: EXPORT_MS });
  return new TracerProvider({
    resource: resourceFromAttributes({
      [ATTR_SERVICE_INSTANCE_ID]: randomUUID(),
      ...resource,
      [ATTR_SERVICE_NAME]: serviceName,
    }),
    sampler: samplerOf(tracing.sampler),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: complaining(exporter, logger),
        exportTimeoutMillis: 2 * EXPORT_MS,
      }),
    ],
  });
}

function samplerOf({ kind, share }: Tracing["sampler"]): Sampler {
  const [parentBased, name] = kind.startsWith("parentbased_")
    ? [true, kind.slice("parentbased_".length)]
    : [false, kind];
  const root = rootSampler(name, share);
  return parentBased ? new ParentBasedSampler({ root }) : root;
}

function rootSampler(name: string, share: number): Sampler {
  if (name === "always_off") return new AlwaysOffSampler();
  if (name === "traceidratio") return new TraceIdRatioBasedSampler(share);
  return new AlwaysOnSampler();
}

/** An exporter that tells the log when spans are lost, but not of each of them. */
function complaining(exporter: SpanExporter, logger: Logger): SpanExporter {
  let silentUntil = -Infinity;
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        if (result.code !== ExportResultCode.SUCCESS && performance.now() >= silentUntil) {
          silentUntil = performance.now() + SILENT_MS;
          const why = result.error?.message;
          logger.warn({ spans: spans.length, why }, "the collector did not take traces");
        }
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
  };
}
