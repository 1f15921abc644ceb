import { globalId } from "./contenders/shared/global-id.mjs";
import { rowId } from "./database/ids.mjs";
import { askOnce } from "./measure/load.mjs";

const PAGE_SIZE = 20;
const INBOX_SIZE = 20;

/**
 * What is measured one by one. Each makes its requests for a running contender, because cursors are its own:
 * `{ operation, workspace, variables }`. They are of the largest workspace, which is the worst case.
 */
export const workloads = {
  dashboard: async (_, [largest]) => [asked("dashboard", largest)],
  post: async (_, [largest]) =>
    evenly(largest.posts, 500).map((number) => askedPost(largest, number)),
  "page-1": async (ask, [largest]) => [await askedPage(ask, largest, 1, 1)],
  "page-50": async (ask, [largest]) => [await askedPage(ask, largest, 1, 50)],
  "page-500": async (ask, [largest]) => [await askedPage(ask, largest, 1, 500)],
  inbox: async (_, [largest]) => [askedInbox(largest)],
};

/**
 * What comes together in an hour of an agency's day: many look at one thing and few at everything. In
 * all workspaces, round and round.
 */
export async function mixedRequests(ask, workspaces) {
  const requests = [];
  for (const workspace of workspaces) {
    const posts = evenly(workspace.posts, 6);
    requests.push(
      asked("dashboard", workspace),
      askedInbox(workspace),
      askedInbox(workspace),
      await askedPage(ask, workspace, 1, 1),
      await askedPage(ask, workspace, 2, 1),
      await askedPage(ask, workspace, 1, 3),
      ...posts.map((number) => askedPost(workspace, number)),
    );
  }
  // A fixed shuffle: everybody gets the same order, and no two of a kind in a row.
  return requests.map((_, index) => requests[(index * 173) % requests.length]);
}

const asked = (operation, workspace, variables = {}) => ({ operation, workspace, variables });

const askedInbox = (workspace) => asked("inbox", workspace, { first: INBOX_SIZE });

const askedPost = (workspace, number) =>
  asked("post", workspace, { id: globalId("Post", rowId(workspace, "Post", number)) });

/** Walks to a page by the contender's own cursors, in large steps. */
async function askedPage(ask, workspace, accountNumber, page) {
  const account = globalId("Account", rowId(workspace, "Account", accountNumber));
  let after = null;
  for (let before = (page - 1) * PAGE_SIZE; before > 0;) {
    const first = Math.min(100, before);
    const data = await ask(asked("page", workspace, { account, first, after }));
    const { hasNextPage, endCursor } = data.account.posts.pageInfo;
    if (!hasNextPage) throw new Error(`account ${accountNumber} has no page ${page}`);
    after = endCursor;
    before -= first;
  }
  return asked("page", workspace, { account, first: PAGE_SIZE, after });
}

/** Some of 1 … most, evenly apart. */
const evenly = (most, count) =>
  Array.from({ length: count }, (_, index) => 1 + Math.floor((index * most) / count));

/** A contender's requests, ready to be sent. */
export function spelled(contender, { operation, workspace, variables }) {
  return messageOf(contender, workspace, {
    operationName: operation[0].toUpperCase() + operation.slice(1),
    query: contender.operations[operation],
    variables: contender.variables?.(operation, variables, workspace) ?? variables,
  });
}

/** What goes over the wire, and in whose name. */
export function messageOf(contender, workspace, asked) {
  const body = JSON.stringify(asked);
  return {
    body,
    headers: {
      ...contender.headers(workspace),
      "content-type": "application/json",
      accept: "application/json",
      "content-length": Buffer.byteLength(body),
    },
  };
}

/** Asks a running contender once, in its own words. */
export const askerOf = (contender, target) => (request) =>
  askOnce(target, spelled(contender, request));
