// The "before": Apollo Server over TypeORM with lazy relations, as the dashboard was until it issued
// 450 statements: one for the accounts, one for each account's posts, one for each post's metrics (a lazy
// relation), and two for each post's comments, because TypeORM first looks for the ids of a page with
// a joined author. Pages by OFFSET, as they were.
import "reflect-metadata";
import { ApolloServer } from "@apollo/server";
import { startStandaloneServer } from "@apollo/server/standalone";
import { DataSource } from "typeorm";
import { globalId, rowId } from "./shared/global-id.mjs";
import { Account, Comment, entities, Post } from "./shared/typeorm-entities.mjs";
import { connectionOf, dateTime, typeDefs } from "./shared/schema.mjs";

const source = await new DataSource({
  type: "postgres",
  url: process.env.BENCH_DATABASE,
  entities,
  // A pool of 20 ran dry three times a day; here everybody has 10.
  poolSize: 10,
  extra: { options: "-c timezone=UTC -c jit=off -c random_page_cost=1.1" },
}).initialize();

const repository = (entity) => source.getRepository(entity);

/** A page by OFFSET: the cursor says how many rows to skip. */
async function pageOf(entity, { first, after }, options) {
  const skip = after ? Number(Buffer.from(after, "base64url").toString()) : 0;
  const rows = await repository(entity).find({ ...options, skip, take: first + 1 });
  let position = skip;
  return connectionOf(rows, first, () => Buffer.from(String(++position)).toString("base64url"));
}

const commentsOf = (where, page) =>
  pageOf(Comment, page, {
    where,
    relations: { author: true },
    order: { createdAt: "DESC", id: "DESC" },
  });

const resolvers = {
  Query: {
    accounts: (_, page, { workspaceId }) =>
      pageOf(Account, page, { where: { workspaceId }, order: { createdAt: "ASC", id: "ASC" } }),
    account: (_, { id }, { workspaceId }) =>
      repository(Account).findOneBy({ workspaceId, id: rowId(id) }),
    post: (_, { id }, { workspaceId }) =>
      repository(Post).findOneBy({ workspaceId, id: rowId(id) }),
    comments: (_, page, { workspaceId }) => commentsOf({ workspaceId }, page),
  },
  Account: {
    id: ({ id }) => globalId("Account", id),
    posts: ({ workspaceId, id }, page) =>
      pageOf(Post, page, {
        where: { workspaceId, accountId: id },
        order: { timelineAt: "DESC", id: "DESC" },
      }),
  },
  Post: {
    id: ({ id }) => globalId("Post", id),
    metrics: (post) => post.metrics,
    comments: ({ workspaceId, id }, page) => commentsOf({ workspaceId, postId: id }, page),
  },
  Comment: { id: ({ id }) => globalId("Comment", id) },
  Contact: { id: ({ id }) => globalId("Contact", id) },
};

const server = new ApolloServer({ typeDefs, resolvers: { ...resolvers, DateTime: dateTime } });
await startStandaloneServer(server, {
  listen: { host: "127.0.0.1", port: Number(process.env.PORT) },
  context: async ({ req }) => ({ workspaceId: req.headers["x-workspace"] }),
});
console.log("ready");
