// GraphQL Yoga with Pothos and its Drizzle plugin, which turns an operation into relational queries.
import { createServer } from "node:http";
import SchemaBuilder from "@pothos/core";
import DrizzlePlugin from "@pothos/plugin-drizzle";
import RelayPlugin from "@pothos/plugin-relay";
import { drizzle } from "drizzle-orm/postgres-js";
import { getTableConfig } from "drizzle-orm/pg-core";
import { createYoga } from "graphql-yoga";
import postgres from "postgres";
import { relations } from "./shared/drizzle-tables.mjs";
import { globalId, rowId } from "./shared/global-id.mjs";
import { dateTime } from "./shared/schema.mjs";

const client = postgres(process.env.BENCH_DATABASE, {
  max: 10,
  connection: { TimeZone: "UTC", random_page_cost: 1.1, jit: false },
});
const database = drizzle({ client, relations });

const builder = new SchemaBuilder({
  plugins: [RelayPlugin, DrizzlePlugin],
  relay: {},
  drizzle: { client: database, getTableConfig, relations },
});
builder.addScalarType("DateTime", dateTime);
const newestFirst = { createdAt: "desc", id: "desc" };
const CommentOrder = builder.enumType("CommentOrder", { values: ["NEWEST_FIRST"] });

const idOf = (t, type) =>
  t.id({ select: { columns: { id: true } }, resolve: ({ id }) => globalId(type, id) });
const moment = (t, name, nullable = false) => t.expose(name, { type: "DateTime", nullable });

const Contact = builder.drizzleObject("contacts", {
  name: "Contact",
  fields: (t) => ({
    id: idOf(t, "Contact"),
    handle: t.exposeString("handle"),
    displayName: t.exposeString("displayName"),
    avatarUrl: t.exposeString("avatarUrl", { nullable: true }),
  }),
});

const Metrics = builder.drizzleObject("metrics", {
  name: "PostMetrics",
  fields: (t) => ({
    impressions: t.exposeFloat("impressions"),
    reach: t.exposeFloat("reach"),
    likes: t.exposeFloat("likes"),
    comments: t.exposeFloat("comments"),
    shares: t.exposeFloat("shares"),
    clicks: t.exposeFloat("clicks"),
    capturedAt: moment(t, "capturedAt"),
  }),
});

const Post = builder.drizzleObject("posts", {
  name: "Post",
  fields: (t) => ({
    id: idOf(t, "Post"),
    body: t.exposeString("body"),
    status: t.exposeString("status"),
    createdAt: moment(t, "createdAt"),
    publishedAt: moment(t, "publishedAt", true),
    metrics: t.relation("metrics", { type: Metrics, nullable: true }),
    comments: t.relatedConnection("comments", { query: { orderBy: newestFirst } }),
  }),
});

const Comment = builder.drizzleObject("comments", {
  name: "Comment",
  fields: (t) => ({
    id: idOf(t, "Comment"),
    body: t.exposeString("body"),
    status: t.exposeString("status"),
    createdAt: moment(t, "createdAt"),
    author: t.relation("author", { type: Contact }),
    post: t.relation("post", { type: Post }),
  }),
});

const Account = builder.drizzleObject("accounts", {
  name: "Account",
  fields: (t) => ({
    id: idOf(t, "Account"),
    network: t.exposeString("network"),
    handle: t.exposeString("handle"),
    displayName: t.exposeString("displayName"),
    followerCount: t.exposeInt("followerCount"),
    posts: t.relatedConnection("posts", {
      query: { orderBy: { timelineAt: "desc", id: "desc" } },
    }),
  }),
});

builder.queryType({
  fields: (t) => ({
    accounts: t.drizzleConnection({
      type: Account,
      resolve: (query, _, __, { workspaceId }) =>
        database.query.accounts.findMany(
          query({ where: { workspaceId }, orderBy: { createdAt: "asc", id: "asc" } }),
        ),
    }),
    account: t.drizzleField({
      type: Account,
      nullable: true,
      args: { id: t.arg.id({ required: true }) },
      resolve: (query, _, { id }, { workspaceId }) =>
        database.query.accounts.findFirst(query({ where: { workspaceId, id: rowId(id) } })),
    }),
    post: t.drizzleField({
      type: Post,
      nullable: true,
      args: { id: t.arg.id({ required: true }) },
      resolve: (query, _, { id }, { workspaceId }) =>
        database.query.posts.findFirst(query({ where: { workspaceId, id: rowId(id) } })),
    }),
    comments: t.drizzleConnection({
      type: Comment,
      args: { orderBy: t.arg({ type: CommentOrder, required: true }) },
      resolve: (query, _, __, { workspaceId }) =>
        database.query.comments.findMany(query({ where: { workspaceId }, orderBy: newestFirst })),
    }),
  }),
});

const yoga = createYoga({
  schema: builder.toSchema(),
  graphiql: false,
  logging: "error",
  context: ({ request }) => ({ workspaceId: request.headers.get("x-workspace") }),
});
const server = createServer((request, response) => void yoga(request, response));
server.listen(Number(process.env.PORT), "127.0.0.1", () => console.log("ready"));
