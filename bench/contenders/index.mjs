import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { VIEWER } from "../database/sets.mjs";
import { operations } from "../operations.mjs";
import {
  postgraphileOperations,
  postgraphileVariables,
} from "./shared/postgraphile-operations.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const newest = here("../node_modules/node/bin/node");
const oldest = here("../node_modules/node-20/bin/node");

/** Whoever has no keys is told the workspace and believes it, which saves it the look-up. */
const trusting = ({ id }) => ({ "x-workspace": id });

const peer = (name, about, rest = {}) => ({
  name,
  about,
  node: newest,
  script: [here(`${name}.mjs`)],
  ready: /^ready$/m,
  path: "/graphql",
  operations,
  headers: trusting,
  environment: ({ readerUrl }) => ({ BENCH_DATABASE: readerUrl }),
  ...rest,
});

/** What `npm start` starts, with its options of Node. */
const shipped = JSON.parse(readFileSync(here("../../package.json"), "utf8"))
  .scripts.start.split(" ")
  .slice(1)
  .map((word) => (word === "dist/main.js" ? here("../../dist/main.js") : word));

const ours = {
  ...peer("ours", "as shipped: isolation, gates, budgets and logging on"),
  script: shipped,
  ready: /SocialHub is ready/,
  headers: ({ key }) => ({ authorization: `Bearer ${key}` }),
  environment: ({ appUrl, adminUrl }) => ({
    DATABASE_URL: appUrl,
    DATABASE_OWNER_URL: adminUrl,
    DEMO: "off",
    LOG_LEVEL: "info",
    LOG_FORMAT: "json",
    RATE_LIMIT_POINTS: "100000000",
    RATE_LIMIT_WORKSPACE_POINTS: "100000000",
  }),
};

/** Everybody who is measured; all but one on the newest Node, both from the npm package `node`. */
export const contenders = [
  peer("floor-1", "node:http, one SQL statement that builds the JSON; no isolation"),
  peer("floor-2", "node:http, flat SQL statements, JSON by hand; no isolation"),
  ours,
  {
    ...ours,
    name: "ours-node20",
    about: "ours on Node 20, the oldest that it runs on",
    node: oldest,
  },
  {
    ...ours,
    name: "ours-without-lens",
    about: "ours with the lens off: what it costs when nobody looks",
    environment: (database) => ({ ...ours.environment(database), LENS_OPERATIONS: "0" }),
  },
  peer("before", "Apollo Server over TypeORM with lazy relations, paged by OFFSET; no isolation", {
    path: "/",
    headers: (workspace) => ({
      ...trusting(workspace),
      "x-viewer-name": VIEWER.name,
      "x-viewer-role": VIEWER.role,
    }),
  }),
  peer("mercurius", "Mercurius with loaders and jit, SQL by hand; no isolation"),
  peer("postgraphile-rls", "PostGraphile 5 behind the same row-level security", {
    operations: postgraphileOperations,
    variables: postgraphileVariables,
    environment: ({ appUrl }) => ({ BENCH_DATABASE: appUrl, GRAPHILE_ENV: "production" }),
  }),
  peer("yoga-drizzle", "GraphQL Yoga with Pothos and Drizzle's release candidate; no isolation"),
];
