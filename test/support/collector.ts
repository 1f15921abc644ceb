import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Json } from "./app.ts";

/** A span as a collector gets it, with its attributes as an object and its times in milliseconds. */
export interface CollectedSpan {
  name: string;
  kind: number;
  traceId: string;
  spanId: string;
  parentSpanId: string | undefined;
  start: number;
  end: number;
  failed: boolean;
  attributes: Record<string, Json>;
}

/** An OpenTelemetry collector: takes what is posted to it as JSON, and keeps it. */
export async function startCollector() {
  const bodies: string[] = [];
  const headers: Json[] = [];
  let status = 200;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      if (status === 200) bodies.push(Buffer.concat(chunks).toString());
      headers.push({ ...request.headers, url: request.url });
      response.writeHead(status, { "content-type": "application/json" }).end("{}");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    /** Everything as it came. */
    text: () => bodies.join("\n"),
    headers,
    spans: () => bodies.flatMap((body) => spansOf(JSON.parse(body))),
    resource: () => attributesOf(JSON.parse(bodies[0]!).resourceSpans[0].resource.attributes),
    /** From now on every request is answered with this status. */
    answer: (next: number) => void (status = next),
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

const spansOf = ({ resourceSpans }: Json): CollectedSpan[] =>
  resourceSpans
    .flatMap(({ scopeSpans }: Json) => scopeSpans)
    .flatMap(({ spans }: Json) => spans)
    .map((span: Json) => ({
      name: span.name,
      kind: span.kind,
      traceId: span.traceId,
      spanId: span.spanId,
      parentSpanId: span.parentSpanId || undefined,
      start: Number(span.startTimeUnixNano) / 1e6,
      end: Number(span.endTimeUnixNano) / 1e6,
      failed: span.status?.code === 2,
      attributes: attributesOf(span.attributes),
    }));

const attributesOf = (attributes: Json): Record<string, Json> =>
  Object.fromEntries(attributes.map(({ key, value }: Json) => [key, valueOf(value)]));

function valueOf(value: Json): Json {
  if (value.arrayValue) return value.arrayValue.values.map(valueOf);
  const [plain] = Object.values(value);
  return plain;
}
