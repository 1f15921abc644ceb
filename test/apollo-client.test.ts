import {
  ApolloClient,
  CombinedGraphQLErrors,
  gql,
  HttpLink,
  InMemoryCache,
  type DocumentNode,
  type ObservableQuery,
} from "@apollo/client";
import { isListType } from "graphql";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { possibleTypes, typePolicies } from "../clients/apollo/type-policies.ts";
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

/** With the policies that integrators copy. */
function newClient(key = app.key) {
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
  const { parent, field, order, filter } = connection;
  const pager = new Pager(app, app.key, world, connection);
  const declared = `$first: Int, $after: String, $last: Int, $before: String, $orderBy: ${order.name}!
    ${filter ? `, $filter: ${filter.name}` : ""}`;
  const page = `page: ${field.name}(first: $first, after: $after, last: $last, before: $before,
    orderBy: $orderBy ${filter ? ", filter: $filter" : ""}) { ${PAGE} }`;
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

/** Without the `__typename` that the client asks for. */
const withoutTypes = (data: Json): Json =>
  JSON.parse(JSON.stringify(data, (key, value) => (key === "__typename" ? undefined : value)));

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
    const { length } = idsIn(data);
    await vi.waitUntil(() => idsIn(observable.getCurrentResult().data).length > length, {
      interval: 1,
    });
  }
  throw new Error("the list never ends");
}

/** A few pages of what each list has. */
const SIZE = 16;
const forward = ({ hasNextPage, endCursor }: Json) =>
  hasNextPage ? { after: endCursor } : undefined;
const backward = ({ hasPreviousPage, startCursor }: Json) =>
  hasPreviousPage ? { before: startCursor, first: undefined, last: SIZE } : undefined;

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

describe("Apollo Client with our type policies", () => {
  it.each(connections)("keeps a list of $name for all that makes it another list", (connection) => {
    const policies: Json = typePolicies;
    const { keyArgs } = policies[connection.parent.name].fields[connection.field.name];
    const paging = ["first", "after", "last", "before"];
    const others = connection.field.args
      .map(({ name }) => name)
      .filter((name) => !paging.includes(name));
    expect(keyArgs).toEqual(others);
  });

  it.each(names)("merges the pages of %s into one list", async (name) => {
    const { document, pager, variables } = operationFor(name);
    const [orderBy = ""] = pager.connection.orderings;
    const [walked] = await walk([{ pager, sizes: [100], orderBy }]);
    const asked = { ...variables, first: SIZE, orderBy };
    const { observable, stop } = await watch(newClient(), document, asked);
    const seen = await scroll(observable, forward);
    stop();
    expect(seen.length).toBeGreaterThan(2 * SIZE);
    expect(seen).toEqual(walked);
  });

  it.each(names)("merges the pages of %s from the end to the start", async (name) => {
    const { document, pager, variables } = operationFor(name);
    const [orderBy = ""] = pager.connection.orderings;
    const [walked] = await walk([{ pager, sizes: [100], orderBy }]);
    const { observable, stop } = await watch(newClient(), document, {
      ...variables,
      last: SIZE,
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

  it.each(["Query.posts", "Account.posts", "Member.posts", "Query.comments", "Post.comments"])(
    "merges the pages of %s that fit a filter",
    async (name) => {
      const { pager, document, variables } = operationFor(name);
      const statuses = name.endsWith("posts") ? ["DRAFT", "PUBLISHED"] : ["NEW"];
      const [orderBy = ""] = pager.connection.orderings;
      const asked = { ...variables, first: 3, orderBy, filter: { statuses } };
      const { observable, stop } = await watch(newClient(), document, asked);
      const seen = await scroll(observable, forward);
      stop();
      expect(seen.length).toBeGreaterThan(3);
      const expected = await pager.expected(orderBy, (row) =>
        statuses.includes(String(row["status"])),
      );
      expect(seen).toEqual(expected);
    },
  );

  it.each(names)("keeps the lists of %s with other filters and orderings apart", async (name) => {
    const client = newClient();
    const { pager, document, variables } = operationFor(name);
    const read = async (given: Json) => {
      const asked = { ...variables, first: 5, ...given };
      const { data } = await client.query<Json>({ query: document, variables: asked });
      return idsIn(data);
    };
    const { orderings, filter } = pager.connection;
    const lists = new Map<Json, string[]>();
    for (const orderBy of orderings) {
      const given = { orderBy };
      lists.set(given, (await pager.expected(orderBy)).slice(0, 5));
    }
    const [list] = Object.values(filter?.getFields() ?? {}).filter(({ type }) => isListType(type));
    // An empty list fits nothing.
    if (list) lists.set({ orderBy: orderings[0], filter: { [list.name]: [] } }, []);
    for (const [given, expected] of lists) expect(await read(given)).toEqual(expected);
    // And once more, now from the cache.
    for (const [given, expected] of lists) expect(await read(given)).toEqual(expected);
  });

  it("merges the pages of a list whose objects have lists of their own", async () => {
    const query = gql`
      query Accounts($after: String) {
        page: accounts(first: 9, after: $after) {
          edges {
            node {
              id
              posts(first: 3) {
                edges {
                  node {
                    id
                    comments(first: 1, orderBy: OLDEST_FIRST) {
                      edges {
                        node {
                          id
                        }
                      }
                    }
                  }
                }
              }
            }
          }
          pageInfo {
            hasNextPage
            endCursor
          }
        }
      }
    `;
    const { observable, stop } = await watch(newClient(), query, {});
    const accounts = await scroll(observable, forward);
    const { edges } = pageIn(observable.getCurrentResult().data);
    stop();
    expect(accounts.length).toBeGreaterThan(20);
    const { data } = await app.read(
      "{ accounts(first: 100) { nodes { id posts(first: 3) { nodes { id comments(first: 1, orderBy: OLDEST_FIRST) { nodes { id } } } } } } }",
    );
    const found = edges.map(({ node }: Json) => ({
      id: node.id,
      posts: {
        nodes: node.posts.edges.map((edge: Json) => ({
          id: edge.node.id,
          comments: {
            nodes: edge.node.comments.edges.map((inner: Json) => ({ id: inner.node.id })),
          },
        })),
      },
    }));
    expect(withoutTypes(found)).toEqual(data.accounts.nodes);
  });

  it("keeps what other operations selected of an object without an id", async () => {
    const client = newClient();
    const read = (selection: string) =>
      client.query<Json>({ query: gql`{ viewer { ${selection} } }`, fetchPolicy: "network-only" });
    await read("name");
    await read("role");
    const { data } = await client.query<Json>({
      query: gql`
        {
          viewer {
            name
            role
          }
        }
      `,
      fetchPolicy: "cache-only",
    });
    expect(data.viewer).toMatchObject({ name: "test", role: "OWNER" });
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
