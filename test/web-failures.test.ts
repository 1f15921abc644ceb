import { CombinedGraphQLErrors, type ApolloClient } from "@apollo/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { forgetFailed } from "../web/src/api/failed.ts";
import { problemOf } from "../web/src/api/problem.ts";
import { OverviewDocument, PostsDocument } from "../web/src/operations.generated.ts";
import { en } from "../web/src/text/en.ts";

/* What the dashboard makes of a list that the server could not read. */

const pageInfo = (endCursor: string) => ({
  __typename: "PageInfo",
  hasNextPage: true,
  endCursor,
});
const post = (id: string) => ({
  __typename: "PostEdge",
  node: {
    __typename: "Post",
    id,
    status: "DRAFT",
    body: `Post ${id}`,
    timelineAt: "2026-11-01T09:00:00.000Z",
    account: null,
    tags: [],
    metrics: null,
  },
});
const pageOf = (...ids: string[]) => ({
  data: {
    posts: {
      __typename: "PostConnection",
      edges: ids.map(post),
      pageInfo: pageInfo(ids.at(-1) ?? ""),
    },
  },
});
const error = { message: "out of order", extensions: { code: "INTERNAL_SERVER_ERROR" } };
const noList = { data: { posts: null }, errors: [{ ...error, path: ["posts"] }] };

/** Not by its types: they say what Apollo's defaults are, in the whole program. */
const path = "../web/src/api/client.ts";
const { createClient } = (await import(path)) as {
  createClient: (workspaceId: undefined, events: object) => ApolloClient;
};

let answers: object[];
let client: ApolloClient;
let said: unknown[][];
const sent = vi.fn<typeof fetch>();

beforeEach(() => {
  answers = [];
  said = [];
  sent.mockReset().mockImplementation(async () => {
    const answer = answers.shift();
    if (!answer) throw new Error("nothing more is answered");
    const headers = { "content-type": "application/json", "x-request-id": "request-1" };
    return new Response(JSON.stringify(answer), { headers });
  });
  vi.stubGlobal("fetch", sent);
  for (const level of ["warn", "error"] as const) {
    vi.spyOn(console, level).mockImplementation((...words) => void said.push(words));
  }
  client = createClient(undefined, { onSignedOut: vi.fn(), onNoWorkspace: vi.fn() });
});
afterEach(() => {
  client.stop();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  // Apollo's development build complains of what cannot be read back as it was written.
  expect(said).toEqual([]);
});

/** The list of posts as its page has it, for as long as it is shown. */
function show() {
  const observable = client.watchQuery({ query: PostsDocument });
  const subscription = observable.subscribe(() => undefined);
  const settled = () =>
    vi.waitUntil(() => !observable.getCurrentResult().loading && observable.getCurrentResult(), {
      interval: 1,
    });
  return { observable, settled, leave: () => subscription.unsubscribe() };
}

const bodiesIn = (data: unknown) =>
  (data as { posts: { edges: { node: { body: string } }[] } | null }).posts?.edges.map(
    ({ node }) => node.body,
  );

describe("a list that failed", () => {
  it("is none, and not an empty one, beside an error with the request's id", async () => {
    answers = [noList];
    const page = show();
    const { data, error: problem } = await page.settled();
    page.leave();
    expect(data?.posts).toBeNull();
    expect(CombinedGraphQLErrors.is(problem)).toBe(true);
    expect(problemOf(problem, en)).toMatchObject({ requestId: "request-1" });
  });

  it("is there when it is tried again", async () => {
    answers = [noList, pageOf("1")];
    const page = show();
    await page.settled();
    await page.observable.refetch();
    const { data, error: problem } = await page.settled();
    page.leave();
    expect(bodiesIn(data)).toEqual(["Post 1"]);
    expect(problem).toBeUndefined();
  });

  it("takes nothing away from the pages that were there", async () => {
    answers = [pageOf("1", "2"), pageOf("3"), noList, pageOf("4")];
    const page = show();
    await page.settled();
    await page.observable.fetchMore({ variables: { after: "2" } });
    const all = ["Post 1", "Post 2", "Post 3"];
    await vi.waitUntil(() => bodiesIn(page.observable.getCurrentResult().data)?.length === 3);
    await page.observable.refetch();
    const { data, error: problem } = await page.settled();
    expect(bodiesIn(data)).toEqual(all);
    expect(CombinedGraphQLErrors.is(problem)).toBe(true);

    await page.observable.fetchMore({ variables: { after: "3" } });
    await vi.waitUntil(() => bodiesIn(page.observable.getCurrentResult().data)?.length === 4);
    page.leave();
  });

  it("is refused as a next page, and the list ends where it did", async () => {
    answers = [pageOf("1"), noList];
    const page = show();
    await page.settled();
    const more = page.observable.fetchMore({ variables: { after: "1" } });
    await expect(more).rejects.toThrow("out of order");
    const { data } = await page.settled();
    page.leave();
    expect(bodiesIn(data)).toEqual(["Post 1"]);
    expect(data?.posts?.pageInfo).toMatchObject({ hasNextPage: true, endCursor: "1" });
  });

  it("is asked for again on the next page that shows it, and what came well is not", async () => {
    answers = [noList, pageOf("1")];
    const before = show();
    await before.settled();
    before.leave();
    forgetFailed(client.cache);
    const after = show();
    expect(bodiesIn((await after.settled()).data)).toEqual(["Post 1"]);
    after.leave();
    forgetFailed(client.cache);
    const again = show();
    expect(bodiesIn((await again.settled()).data)).toEqual(["Post 1"]);
    again.leave();
    expect(sent).toHaveBeenCalledTimes(2);
  });

  it("within another list leaves that one whole", async () => {
    const account = {
      __typename: "Account",
      id: "a",
      network: "X",
      handle: "a",
      displayName: "An account",
      avatarUrl: null,
      followerCount: 1,
      health: "HEALTHY",
      posts: null,
    };
    const viewer = {
      __typename: "Viewer",
      name: "A key",
      role: "OWNER",
      permissions: [],
      workspaces: [],
    };
    const accounts = {
      __typename: "AccountConnection",
      edges: [{ __typename: "AccountEdge", node: account }],
      pageInfo: pageInfo("a"),
    };
    const failedAt = ["accounts", "edges", 0, "node", "posts"];
    answers = [{ data: { viewer, accounts }, errors: [{ ...error, path: failedAt }] }];
    const { data, error: problem } = await client.query({ query: OverviewDocument });
    expect(data?.accounts?.edges[0]?.node).toMatchObject({
      displayName: "An account",
      posts: null,
    });
    expect(CombinedGraphQLErrors.is(problem)).toBe(true);
  });
});
