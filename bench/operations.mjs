import { readFileSync } from "node:fs";

/** The dashboard word for word, as the tests hold it. */
const dashboard = readFileSync(
  new URL("../test/operations/headline.graphql", import.meta.url),
  "utf8",
);

const post = `query Post($id: ID!) {
  post(id: $id) { id body status createdAt publishedAt }
}`;

const page = `query Page($account: ID!, $first: Int!, $after: String) {
  account(id: $account) {
    id
    posts(first: $first, after: $after) {
      edges { cursor node { id body status publishedAt } }
      pageInfo { hasNextPage endCursor }
    }
  }
}`;

const inbox = `query Inbox($first: Int!) {
  comments(first: $first, orderBy: NEWEST_FIRST) {
    edges { cursor node {
      id body status createdAt
      author { id displayName handle avatarUrl }
      post { id body }
    } }
    pageInfo { hasNextPage endCursor }
  }
}`;

/** What is asked, in our own words; a contender with another schema has `operations` of its own. */
export const operations = { dashboard, post, page, inbox };
