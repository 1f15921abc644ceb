import { readFileSync } from "node:fs";
import { serverAudits } from "graphql-http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestApp, type TestApp } from "./support/app.ts";

let app: TestApp;
let url: string;
beforeAll(async () => {
  app = await createTestApp();
  url = `${await app.server.listen({ host: "127.0.0.1", port: 0 })}/graphql`;
});
afterAll(() => app.close());

/** What the audits send, with a key and past the CSRF rule. */
const audits = serverAudits({
  url: () => url,
  fetchFn: (input: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    headers.set("authorization", `Bearer ${app.key}`);
    headers.set("apollo-require-preflight", "true");
    return fetch(input, { ...init, headers });
  },
});

/** They want 200 for a refused operation as application/json; the specification does not any more. */
const exceptions = ["572B", "FDE2", "7B9B"];

describe("the audits of GraphQL over HTTP", () => {
  const page = readFileSync("docs/decisions/graphql-over-http.md", "utf8");

  it("are those of the package, and the exceptions are explained", () => {
    expect(audits.length).toBeGreaterThan(60);
    const ids: string[] = audits.map(({ id }) => id);
    for (const id of exceptions) {
      expect(ids).toContain(id);
      expect(page).toContain(id);
    }
  });

  it.each(audits.map((audit) => [audit.id, audit.name, audit] as const))(
    "%s: %s",
    async (id, _, audit) => {
      const result = await audit.fn();
      if (exceptions.includes(id)) {
        expect(result).toMatchObject({ status: "warn", response: { status: 400 } });
      } else {
        expect(result.status === "ok" ? "ok" : result).toBe("ok");
      }
    },
  );
});
