import {
  ApolloClient,
  CombinedGraphQLErrors,
  gql,
  HttpLink,
  InMemoryCache,
  type DocumentNode,
  type ObservableQuery,
} from "@apollo/client";
import { relayStylePagination } from "@apollo/client/utilities";
import { isInterfaceType } from "graphql";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { toGlobalId } from "../src/loaders/global-id.ts";
import { buildSchema } from "../src/schema/build.ts";
import { createTestApp, type Json, type TestApp } from "./support/app.ts";
import { connectionFields, Pager, tableOf, walk } from "./support/connections.ts";
import { createTestDatabase } from "./support/database.ts";
import { createWorlds, type World } from "./support/fixtures.ts";

const schema = buildSchema();
const connections = connectionFields(schema);

let app: TestApp;
let world: World;
let closeWorlds: () => Promise<void>;
let uri: string;

beforeAll(async () => {
  const database = await createTestDatabase();
  const made = await createWorlds(database, [{ seed: "client", hub: 48, spread: 12 }]);
  [world] = made.worlds;
  closeWorlds = () => made.close();
  app = await createTestApp({ database, workspaceId: world.workspaceId });
  uri = `${await app.server.listen({ host: "127.0.0.1", port: 0 })}/graphql`;
});
afterAll(async () => {
  await closeWorlds();
  await app.close();
});

/** A field policy for each connection, and what each interface may be: as an integrator's build makes them. */
function newClient(key = app.key) {
  const typePolicies: Record<string, { fields: Record<string, Json> }> = {};
  for (const { parent, field } of connections) {
    const { fields } = (typePolicies[parent.name] ??= { fields: {} });
    const keyArgs = field.args
      .map(({ name }) => name)
      .filter((name) => name === "filter" || name === "orderBy");
    fields[field.name] = relayStylePagination(keyArgs);
  }
  const interfaces = Object.values(schema.getTypeMap()).filter(isInterfaceType);
  const possibleTypes = Object.fromEntries(
    interfaces.map((type) => [type.name, schema.getPossibleTypes(type).map(({ name }) => name)]),
  );
  return new ApolloClient({
    link: new HttpLink({ uri, headers: { authorization: `Bearer ${key}` } }),
    cache: new InMemoryCache({ typePolicies, possibleTypes }),
  });
}

const PAGE =
  "edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }";

/** An operation that pages a connection below its parent, forward or backward. */
function operationFor(name: string): { document: DocumentNode; pager: Pager; variables: Json } {
  const connection = connections.find((candidate) => candidate.name === name);
  if (!connection) throw new Error(`there is no connection ${name}`);
  const { parent, field, order } = connection;
  const pager = new Pager(app, app.key, world, connection);
  const declared = `$first: Int, $after: String, $last: Int, $before: String, $orderBy: ${order.name}!`;
  const page = `page: ${field.name}(first: $first, after: $after, last: $last, before: $before,
    orderBy: $orderBy) { ${PAGE} }`;
  if (pager.parentId === undefined) {
    return { document: gql`query Page(${declared}) { ${page} }`, pager, variables: {} };
  }
  return {
    document: gql`query Page($parent: ID!, ${declared}) {
      parent: node(id: $parent) { id ... on ${parent.name} { ${page} } }
    }`,
    pager,
    variables: { parent: toGlobalId(parent.name, pager.parentId) },
  };
}

const pageIn = (data: Json) => (data.parent ?? data).page;
const idsIn = (data: Json): string[] => pageIn(data).edges.map((edge: Json) => edge.node.id);

/** Asks for more until there is no more, as a list does that is scrolled to its end. */
async function scroll(
  observable: ObservableQuery<Json>,
  more: (pageInfo: Json) => Record<string, unknown> | undefined,
  between: () => Promise<void> = async () => undefined,
): Promise<string[]> {
  for (let turn = 0; turn < 100; turn += 1) {
    const { data } = observable.getCurrentResult();
    const variables = more(pageIn(data).pageInfo);
    if (!variables) return idsIn(data);
    await between();
    await observable.fetchMore({ variables });
    // The client shows what it merged a moment later.
    await vi.waitFor(
      () => {
        const shown = idsIn(observable.getCurrentResult().data);
        expect(shown.length).toBeGreaterThan(idsIn(data).length);
      },
      { interval: 1 },
    );
  }
  throw new Error("the list never ends");
}

const forward = ({ hasNextPage, endCursor }: Json) =>
  hasNextPage ? { after: endCursor } : undefined;
const backward = ({ hasPreviousPage, startCursor }: Json) =>
  hasPreviousPage ? { before: startCursor, first: undefined, last: 7 } : undefined;

/** A query that is looked at, as a component does. */
async function watch(client: ApolloClient, query: DocumentNode, variables: Json) {
  const observable = client.watchQuery<Json>({ query, variables });
  let stop = () => {};
  await new Promise<void>((resolve) => {
    const subscription = observable.subscribe(({ loading }) => {
      if (!loading) resolve();
    });
    stop = () => subscription.unsubscribe();
  });
  return { observable, stop };
}

const names = connections.map(({ name }) => name);

describe("Apollo Client with relayStylePagination", () => {
  it.each(names)("merges the pages of %s into one list", async (name) => {
    const { document, pager, variables } = operationFor(name);
    const [orderBy = ""] = pager.connection.orderings;
    const [walked] = await walk([{ pager, sizes: [100], orderBy }]);
    const asked = { ...variables, first: 7, orderBy };
    const { observable, stop } = await watch(newClient(), document, asked);
    const seen = await scroll(observable, forward);
    stop();
    expect(seen.length).toBeGreaterThan(40);
    expect(seen).toEqual(walked);
  });

  it.each(names)("merges the pages of %s from the end to the start", async (name) => {
    const { document, pager, variables } = operationFor(name);
    const [orderBy = ""] = pager.connection.orderings;
    const [walked] = await walk([{ pager, sizes: [100], orderBy }]);
    const { observable, stop } = await watch(newClient(), document, {
      ...variables,
      last: 7,
      orderBy,
    });
    expect(await scroll(observable, backward)).toEqual(walked);
    stop();
  });

  it.each(["Account.posts", "Post.comments"])(
    "merges the pages of %s while others write",
    async (name) => {
      const { document, pager, variables } = operationFor(name);
      const orderBy = "NEWEST_FIRST";
      const before = await pager.expected(orderBy);
      const table = tableOf(world, pager.connection.node);
      const { observable, stop } = await watch(newClient(), document, {
        ...variables,
        first: 7,
        orderBy,
      });
      const seen = await scroll(observable, forward, () =>
        world.change(table, { remove: [], add: 2 }),
      );
      stop();

      const after = await pager.expected(orderBy);
      expect(after.length).toBeGreaterThan(before.length + 10);
      expect(new Set(seen).size, "nothing twice").toBe(seen.length);
      expect(before.filter((id) => !seen.includes(id))).toEqual([]);
      expect(seen).toEqual(after.filter((id) => seen.includes(id)));
    },
  );

  it("keeps lists with other filters and orderings apart", async () => {
    const client = newClient();
    const query = gql`
      query Posts($filter: PostFilter, $orderBy: PostOrder!, $after: String) {
        posts(first: 5, after: $after, filter: $filter, orderBy: $orderBy) {
          edges {
            node {
              id
              status
            }
          }
          pageInfo {
            hasNextPage
            hasPreviousPage
            startCursor
            endCursor
          }
        }
      }
    `;
    const read = async (variables: Json) => {
      const { data } = await client.query<Json>({ query, variables });
      return data.posts.edges.map((edge: Json) => edge.node) as { id: string; status: string }[];
    };
    const newest = await read({ orderBy: "NEWEST_FIRST" });
    const oldest = await read({ orderBy: "OLDEST_FIRST" });
    const drafts = await read({ orderBy: "NEWEST_FIRST", filter: { statuses: ["DRAFT"] } });
    expect(oldest).not.toEqual(newest);
    expect(new Set(drafts.map(({ status }) => status))).toEqual(new Set(["DRAFT"]));
    expect(await read({ orderBy: "NEWEST_FIRST" })).toEqual(newest);
  });

  it("finds every kind of object again by its id", async () => {
    const client = newClient();
    const names = schema.getPossibleTypes(schema.getType("Node") as never).map(({ name }) => name);
    for (const name of names) {
      const rowId =
        name === "Workspace" ? world.workspaceId : world.rows(tableOf(world, name).name)[0]?.["id"];
      const id = toGlobalId(name, String(rowId));
      const query = gql`
        query Node($id: ID!) {
          node(id: $id) {
            id
            ... on Post {
              body
            }
            ... on Account {
              displayName
            }
          }
        }
      `;
      const { data } = await client.query<Json>({ query, variables: { id } });
      expect(data.node).toMatchObject({ __typename: name, id });
      expect(client.cache.extract()).toHaveProperty([`${name}:${id}`]);
      expect("body" in data.node).toBe(name === "Post");
      expect("displayName" in data.node).toBe(name === "Account");
    }
  });

  it("shares an object between the lists that it is in", async () => {
    const client = newClient();
    const query = gql`
      {
        posts(first: 1) {
          edges {
            node {
              id
              body
            }
          }
        }
      }
    `;
    const { data } = await client.query<Json>({ query });
    const [{ node }] = data.posts.edges;
    const fragment = gql`
      fragment Body on Post {
        body
      }
    `;
    const found = client.cache.readFragment<Json>({ id: `Post:${node.id}`, fragment });
    expect(found.body).toBe(node.body);
  });

  it.each([
    { about: "a page that is too large", variables: { first: 101 } },
    { about: "a cursor of another ordering", variables: { first: 7, after: "b3RoZXI" } },
  ])("is told the code of an error: $about", async ({ variables }) => {
    const { document } = operationFor("Query.posts");
    const failure = await newClient()
      .query({ query: document, variables: { orderBy: "NEWEST_FIRST", ...variables } })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(CombinedGraphQLErrors);
    expect((failure as CombinedGraphQLErrors).errors).toMatchObject([
      { path: ["page"], extensions: { code: "BAD_USER_INPUT" } },
    ]);
  });

  it("is told the code of a refusal", async () => {
    const { document } = operationFor("Query.posts");
    const failure = await newClient("shk_wrong")
      .query({ query: document, variables: { orderBy: "NEWEST_FIRST", first: 1 } })
      .catch((error: unknown) => error);
    expect(JSON.stringify(failure)).toContain("UNAUTHENTICATED");
  });
});
