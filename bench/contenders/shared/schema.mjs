import { GraphQLScalarType } from "graphql";

/** The part of our schema that is measured, for contenders that write their schema themselves. */
export const typeDefs = /* GraphQL */ `
  scalar DateTime
  enum CommentOrder {
    NEWEST_FIRST
  }
  type PageInfo {
    hasNextPage: Boolean!
    endCursor: String
  }
  type Account {
    id: ID!
    network: String!
    handle: String!
    displayName: String!
    followerCount: Int!
    posts(first: Int!, after: String): PostConnection!
  }
  type AccountEdge {
    cursor: String!
    node: Account!
  }
  type AccountConnection {
    edges: [AccountEdge!]!
    pageInfo: PageInfo!
  }
  type Post {
    id: ID!
    body: String!
    status: String!
    createdAt: DateTime!
    publishedAt: DateTime
    metrics: PostMetrics
    comments(first: Int!): CommentConnection!
  }
  type PostEdge {
    cursor: String!
    node: Post!
  }
  type PostConnection {
    edges: [PostEdge!]!
    pageInfo: PageInfo!
  }
  type PostMetrics {
    impressions: Float!
    reach: Float!
    likes: Float!
    comments: Float!
    shares: Float!
    clicks: Float!
    capturedAt: DateTime!
  }
  type Comment {
    id: ID!
    body: String!
    status: String!
    createdAt: DateTime!
    author: Contact!
    post: Post!
  }
  type CommentEdge {
    cursor: String!
    node: Comment!
  }
  type CommentConnection {
    edges: [CommentEdge!]!
    pageInfo: PageInfo!
  }
  type Contact {
    id: ID!
    handle: String!
    displayName: String!
    avatarUrl: String
  }
  type Query {
    accounts(first: Int!): AccountConnection!
    account(id: ID!): Account
    post(id: ID!): Post
    comments(first: Int!, orderBy: CommentOrder!): CommentConnection!
  }
`;

/** The cursor of where a row stands. */
export const encodeCursor = (sort, id) =>
  Buffer.from(JSON.stringify([1, "bench-01", sort, id])).toString("base64url");

/** Where the row of a cursor stands; null of null. */
export function decodeCursor(cursor) {
  if (cursor == null) return null;
  const [, , sort, id] = JSON.parse(Buffer.from(cursor, "base64url").toString());
  return { sort, id };
}

/** A row and its place; nobody pays for a cursor that was not asked for. */
class Edge {
  #cursorOf;

  constructor(node, cursorOf) {
    this.node = node;
    this.#cursorOf = cursorOf;
  }

  get cursor() {
    return this.#cursorOf(this.node);
  }
}

/** A connection from rows of which there is one more than the page has. */
export function connectionOf(rows, first, cursorOf) {
  const edges = rows.slice(0, first).map((node) => new Edge(node, cursorOf));
  return {
    edges,
    pageInfo: { hasNextPage: rows.length > first, endCursor: edges.at(-1)?.cursor ?? null },
  };
}

/** Of Date objects, as most drivers give them. */
export const dateTime = new GraphQLScalarType({
  name: "DateTime",
  serialize: (date) => date.toISOString(),
});

/** Of PostgreSQL's own text, `2026-03-01 09:30:00.12+00`: cheaper than a Date. */
export const momentOfText = new GraphQLScalarType({
  name: "DateTime",
  serialize(text) {
    const fraction = text.length > 22 ? text.slice(20, -3).padEnd(3, "0") : "000";
    return `${text.slice(0, 10)}T${text.slice(11, 19)}.${fraction}Z`;
  },
});
