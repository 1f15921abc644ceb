// The "before": Apollo Server over TypeORM with lazy relations, as the dashboard was until it issued
// 450 statements: one for the accounts, one for each account's posts, one for each post's metrics (a lazy
// relation), and two for each post's comments, because TypeORM first looks for the ids of a page with
// a joined author. Pages by OFFSET, as they were. It answers our own schema: see before/schema.mjs.
import "reflect-metadata";
import { ApolloServer } from "@apollo/server";
import { startStandaloneServer } from "@apollo/server/standalone";
import { DataSource } from "typeorm";
import { entityOf } from "./before/entities.mjs";
import { resolversOf } from "./before/resolvers.mjs";
import { typeDefs } from "./before/schema.mjs";

const source = await new DataSource({
  type: "postgres",
  url: process.env.BENCH_DATABASE,
  entities: Object.values(entityOf),
  // A pool of 20 ran dry three times a day; here everybody has 10.
  poolSize: 10,
  extra: { options: "-c timezone=UTC -c jit=off -c random_page_cost=1.1" },
}).initialize();

const server = new ApolloServer({ typeDefs, resolvers: resolversOf(source) });
await startStandaloneServer(server, {
  listen: { host: "127.0.0.1", port: Number(process.env.PORT) },
  context: async ({ req: { headers } }) => ({
    workspaceId: headers["x-workspace"],
    viewer: { name: headers["x-viewer-name"], role: headers["x-viewer-role"] },
  }),
});
console.log("ready");
