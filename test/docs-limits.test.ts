import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { demoWorkspaceList } from "../src/data/demo/seed.ts";
import { createTestApp, makeKey, type Answer, type Json, type TestApp } from "./support/app.ts";
import { parseList } from "./support/structured-fields.ts";

const page = readFileSync("docs/api/limits-and-cost.md", "utf8");

/** An operation of the page, how often to send it, and what the last answer is said to be. */
const EXAMPLE =
  /<!-- run(?:: rate-points (?<points>\d+), times (?<times>\d+))? -->\s+```graphql\n(?<query>[^]*?)```[^]*?```json\n(?<answer>[^]*?)```/g;

const examples = [...page.matchAll(EXAMPLE)].map(({ groups }) => ({
  points: Number(groups!["points"] ?? 0),
  times: Number(groups!["times"] ?? 1),
  query: groups!["query"]!,
  answer: JSON.parse(groups!["answer"]!),
}));

let app: TestApp;
beforeAll(async () => {
  const settings = { RATE_LIMIT_POINTS: "", RATE_LIMIT_WORKSPACE_POINTS: "" };
  app = await createTestApp({ settings });
});
afterAll(() => app.close());

async function run(query: string, points: number, times: number): Promise<Answer> {
  const limits = points > 0 ? { ratePoints: points } : {};
  const key = await makeKey(app.database, demoWorkspaceList()[0]!.id, ["read"], { limits });
  let answer = await app.ask(query, { key, headers: { "x-insight": "cost" } });
  for (let time = 1; time < times; time += 1) answer = await app.ask(query, { key });
  return answer;
}

describe("docs/api/limits-and-cost.md", () => {
  it("has its examples found", () => {
    expect(examples).toHaveLength(page.split("```graphql").length - 1);
    expect(examples).toHaveLength(4);
  });

  it.each(examples)("answers as it says: $query", async ({ query, points, times, answer }) => {
    const { data, errors, extensions } = await run(query, points, times);
    const told: Json = { ...data, ...extensions, ...(errors.length > 0 ? { errors } : {}) };
    const part = Object.fromEntries(Object.keys(answer).map((name) => [name, told[name]]));
    expect(part).toEqual(expected(answer));
  });

  it("shows the headers as they are", async () => {
    const written = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(page)?.[1];
    const { headers } = await run("{ tags(first: 1) { nodes { name } } }", 0, 1);
    expect(headers["ratelimit-policy"]).toBe(written("RateLimit-Policy"));
    const [key, workspace] = parseList(headers["ratelimit"]);
    const [writtenKey, writtenWorkspace] = parseList(written("RateLimit"));
    expect(key?.parameters["r"]).toEqual(near(Number(writtenKey?.parameters["r"])));
    expect(Object.keys(key!.parameters)).toEqual(Object.keys(writtenKey!.parameters));
    expect(Object.keys(workspace!.parameters)).toEqual(Object.keys(writtenWorkspace!.parameters));
  });
});

/** When it was asked is another time; a point may have leaked out while the answer was made. */
function expected(written: Json): Json {
  if (Array.isArray(written)) return written.map(expected);
  if (typeof written !== "object" || written === null) return written;
  return Object.fromEntries(
    Object.entries(written).map(([name, value]) => [name, expectedOf(name, value)]),
  );
}

function expectedOf(name: string, written: Json): Json {
  if (name === "resetAt") return expect.stringMatching(/^20\d\d-.*Z$/);
  if (name === "remaining") return near(written);
  return expected(written);
}

const near = (written: number): Json =>
  expect.toSatisfy((told: number) => Math.abs(told - written) <= 1);
