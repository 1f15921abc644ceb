import { readdirSync, readFileSync } from "node:fs";

const folder = new URL("../../test/operations/", import.meta.url);

/** The operations that the tests hold, by name. */
export const collectionNames = () =>
  readdirSync(folder)
    .filter((file) => file.endsWith(".graphql"))
    .map((file) => file.slice(0, -".graphql".length))
    .sort();

/** What stands in their variables for the data of a workspace: `<Post 2>`, `<cursor of posts>` … */
export const samplesOperation = `{
  accounts(first: 5) { nodes { id } }
  replies: comments(first: 20, filter: { startsThread: false }) {
    nodes { parent { id author { id } } post { id } }
  }
  posts(first: 20) { nodes { id } pageInfo { endCursor } }
  tags(first: 5) { nodes { id } }
  workspace { members(first: 5) { nodes { id } } }
}`;

/** The collection with the variables of one workspace, from the answer of {@link samplesOperation}. */
export function readCollection(data) {
  const samples = samplesIn(data);
  const replace = (_, value) => {
    if (typeof value !== "string" || !value.startsWith("<")) return value;
    const found = samples.get(value);
    if (found === undefined) throw new Error(`there is no ${value} in the data`);
    return found;
  };
  return collectionNames().map((name) => ({
    name,
    query: readFileSync(new URL(`${name}.graphql`, folder), "utf8"),
    variables: JSON.parse(variablesOf(name), replace),
  }));
}

function variablesOf(name) {
  try {
    return readFileSync(new URL(`${name}.variables.json`, folder), "utf8");
  } catch {
    return "{}";
  }
}

function samplesIn({ accounts, replies, posts, tags, workspace }) {
  const objects = {
    Account: accounts.nodes,
    Comment: replies.nodes.map(({ parent }) => parent),
    Contact: replies.nodes.map(({ parent }) => parent.author),
    Post: [...replies.nodes.map(({ post }) => post), ...posts.nodes],
    Tag: tags.nodes,
    Member: workspace.members.nodes,
  };
  const samples = new Map([["<cursor of posts>", posts.pageInfo.endCursor]]);
  for (const [type, found] of Object.entries(objects)) {
    const ids = new Set(found.map(({ id }) => id));
    for (const id of ids) {
      const number = [...ids].indexOf(id) + 1;
      samples.set(number === 1 ? `<${type}>` : `<${type} ${number}>`, id);
    }
  }
  return samples;
}
