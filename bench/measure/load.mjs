import { Agent, request } from "node:http";
import { percentile } from "./statistics.mjs";

const FINE = Buffer.from('{"data":');

/** Asks once and gives the answer's JSON. Throws what an operation without data says. */
export async function askOnce(target, asked) {
  const { status, body } = await send(target, asked, undefined, true);
  const answer = body.startsWith("{") ? JSON.parse(body) : { errors: body.slice(0, 300) };
  if (status !== 200 || answer.errors || !answer.data) {
    throw new Error(`HTTP ${status}: ${JSON.stringify(answer.errors ?? answer).slice(0, 300)}`);
  }
  return answer.data;
}

/** Whoever is silent for so long has failed. */
const PATIENCE_MS = 30_000;

/**
 * Keeps `concurrency` requests in flight for a while, each over a connection that stays open, going
 * round `requests`; for longer where there were not `fewest` answers, but at most four times as long.
 * Latencies run from asking to the answer's last byte, in milliseconds.
 */
export async function load(target, requests, { concurrency, ms, fewest = 0 }) {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  const latencies = [];
  let errors = 0;
  let bytes = 0;
  let next = 0;
  const begin = performance.now();
  const goesOn = () => {
    const spent = performance.now() - begin;
    return spent < ms || (latencies.length < fewest && spent < 4 * ms);
  };

  const client = async () => {
    while (goesOn()) {
      const asked = requests[next++ % requests.length];
      const sent = performance.now();
      const answer = await send(target, asked, agent, false).catch(() => ({
        fine: false,
        bytes: 0,
      }));
      latencies.push(performance.now() - sent);
      bytes += answer.bytes;
      if (!answer.fine) errors += 1;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, client));
  const seconds = (performance.now() - begin) / 1000;
  agent.destroy();

  const sorted = Float64Array.from(latencies).sort();
  return {
    count: sorted.length,
    errors,
    rps: sorted.length / seconds,
    p50: percentile(sorted, 0.5),
    p95: percentile(sorted, 0.95),
    p99: percentile(sorted, 0.99),
    bytes: bytes / sorted.length,
  };
}

function send({ port, path }, { headers, body }, agent, keep) {
  return new Promise((resolve, reject) => {
    const asked = request(
      { host: "127.0.0.1", port, path, method: "POST", agent, headers, timeout: PATIENCE_MS },
      (response) => {
        const chunks = [];
        let bytes = 0;
        let fine;
        response.on("data", (chunk) => {
          // Data comes first in every contender's answer, unless the operation failed.
          fine ??= chunk.subarray(0, FINE.length).equals(FINE);
          bytes += chunk.length;
          if (keep) chunks.push(chunk);
        });
        response.on("error", reject);
        response.on("end", () =>
          resolve({
            status: response.statusCode,
            bytes,
            fine: fine === true && response.statusCode === 200,
            body: Buffer.concat(chunks).toString("utf8"),
          }),
        );
      },
    );
    asked.on("error", reject);
    asked.on("timeout", () => asked.destroy(new Error(`no answer for ${PATIENCE_MS / 1000} s`)));
    asked.end(body);
  });
}
