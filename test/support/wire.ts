import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import type { Json } from "./app.ts";

/** An answer as it came over the wire. */
export interface Wire {
  status: number;
  headers: IncomingHttpHeaders;
  /** Not unpacked. */
  body: Buffer;
  text: string;
  /** Undefined when the body is no JSON. */
  json: Json;
}

export interface WireRequest {
  method?: string;
  headers?: Record<string, string>;
  /** Objects are sent as JSON, with its content-type unless told. */
  body?: unknown;
}

/** Sends a request with these headers and no others, which `fetch` does not. */
export function wire(url: string, { method, headers, body }: WireRequest = {}): Promise<Wire> {
  const payload = typeof body === "string" || body === undefined ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, {
      method: method ?? (body === undefined ? "GET" : "POST"),
      agent: false,
      headers: {
        ...(typeof body === "object" ? { "content-type": "application/json" } : {}),
        ...(payload === undefined ? {} : { "content-length": String(Buffer.byteLength(payload)) }),
        ...headers,
      },
    });
    request.on("error", reject);
    request.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const whole = Buffer.concat(chunks);
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: whole,
          text: whole.toString(),
          json: parseJson(whole.toString()),
        });
      });
    });
    request.end(payload);
  });
}

function parseJson(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
