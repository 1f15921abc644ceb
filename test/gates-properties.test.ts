import fc from "fast-check";
import { parse } from "graphql";
import assert from "node:assert/strict";
import { performance } from "node:perf_hooks";
import { describe, expect, it } from "vitest";
import { buildSchema } from "../src/schema/build.ts";
import { createTestApp } from "./support/app.ts";
import { documents } from "./support/documents.ts";
import { gateServer, type Gated } from "./support/gate-server.ts";
import { hostileDocuments } from "./support/hostile-documents.ts";
import { send } from "./support/http.ts";
import { measure } from "./support/measure.ts";
import { measureSlowly } from "./support/slow-measurer.ts";
import { withoutStacks } from "./support/without-stacks.ts";

const schema = buildSchema();

/** How long an operation may block before it is executed. */
const MOST_MS = 20;

const CODES = [
  "GRAPHQL_PARSE_FAILED",
  "GRAPHQL_VALIDATION_FAILED",
  "DOCUMENT_LIMIT_EXCEEDED",
  "DEPTH_LIMIT_EXCEEDED",
  "NODE_LIMIT_EXCEEDED",
];

interface Document {
  text: string;
  variables: Record<string, unknown>;
}

/** Of the documents that are valid as they are made, every how many'th graphql's own rules see. */
const VALIDATED = 5;

describe("any document", () => {
  const ask = gateServer();
  const askUnvalidated = gateServer({}, []);

  /** In ms. What else the machine does is not measured, as far as that can be told. */
  async function timeOf({ text, variables }: Document): Promise<number> {
    const [start, cpu] = [performance.now(), process.cpuUsage()];
    await ask(text, { variables });
    const { user, system } = process.cpuUsage(cpu);
    return Math.min(performance.now() - start, (user + system) / 1000);
  }

  function equalsSlow({ text, variables }: Document, { measured }: Gated) {
    const document = parse(text);
    const slow = measureSlowly(schema, document, variables);
    assert.equal(measured.depth, slow.depth);
    if (measured.nodes === undefined) return slow;
    assert.equal(measured.complexity, slow.complexity);
    assert.equal(measured.nodes, slow.nodes);
    return slow;
  }

  it("is refused or passes without a 500, within 20 ms; what is measured is what it costs; what is offered passes", async () => {
    const seen = new Map<string, number>();
    const count = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);
    const suspects: Document[] = [];
    let deepest = 0;
    let dearest = 0;
    let valid = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          documents(schema).map((made) => ({ ...made, isValid: true })),
          hostileDocuments().map((made) => ({ ...made, isValid: false })),
        ),
        async ({ text, variables, isValid }) => {
          if (isValid) valid += 1;
          const gate = isValid && valid % VALIDATED > 0 ? askUnvalidated : ask;
          const start = performance.now();
          const gated = await withoutStacks(() => gate(text, { variables }));
          const ms = performance.now() - start;
          const { code, measured, extensions, errors } = gated;
          assert(errors.length <= 11, `${errors.length} errors`);
          if (code !== "GRAPHQL_PARSE_FAILED" && ms > MOST_MS) suspects.push({ text, variables });
          count(code ?? "passed");
          if (measured.depth !== undefined && !text.includes("__schema")) {
            const slow = equalsSlow({ text, variables }, gated);
            count("measured");
            deepest = Math.max(deepest, slow.depth);
            dearest = Math.max(dearest, slow.complexity);
          }
          const { rewritten } = extensions as { rewritten?: string };
          if (rewritten !== undefined) {
            count("rewritten");
            const { variables: changed = variables } = extensions as Partial<Document>;
            assert.deepEqual((await ask(rewritten, { variables: changed })).errors, []);
          }
        },
      ),
      { numRuns: 10_000, seed: 20_261_122, endOnFailure: true },
    );
    // A generator of harmless documents only would agree about everything.
    expect(deepest).toBeGreaterThan(5);
    expect(dearest).toBeGreaterThan(200);
    for (const code of [...CODES, "passed", "rewritten"]) {
      expect(seen.get(code), code).toBeGreaterThan(0);
    }
    expect(seen.get("measured")).toBeGreaterThan(3000);
    // Most were slow because nothing had been compiled yet, or because another process had its turn.
    for (const suspect of suspects) {
      let least = Number.POSITIVE_INFINITY;
      for (let attempt = 0; attempt < 10 && least > MOST_MS; attempt += 1) {
        least = Math.min(least, await timeOf(suspect));
      }
      expect(least, suspect.text).toBeLessThan(MOST_MS);
    }
  }, 120_000);

  it("has a plan that costs at most what graphql-query-complexity says", () => {
    fc.assert(
      fc.property(documents(schema), ({ text, variables }) => {
        const { complexity, atMost, isPlanRight, deepest, depth, heaviest } = measure(
          text,
          variables,
        );
        expect(isPlanRight).toBe(true);
        expect(complexity).toBeLessThanOrEqual(atMost);
        // The paths that refusals name lead to what they say.
        expect(deepest).toHaveLength(depth);
        expect(heaviest.score).toBeLessThanOrEqual(complexity);
      }),
      { numRuns: 500, seed: 20_261_101 },
    );
  });

  it("is never answered with a 500 over HTTP either", async () => {
    const app = await createTestApp();
    try {
      await fc.assert(
        fc.asyncProperty(
          fc.oneof(documents(schema), hostileDocuments()),
          async ({ text, variables }) => {
            const answer = await send(app, { body: { query: text, variables } });
            expect(answer.status).toBeLessThan(500);
            expect(answer.errors.map(({ extensions }) => extensions["code"])).not.toContain(
              "INTERNAL_SERVER_ERROR",
            );
          },
        ),
        { numRuns: 150, seed: 20_261_123, endOnFailure: true },
      );
    } finally {
      await app.close();
    }
  });
});
