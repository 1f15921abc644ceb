import { readdirSync, readFileSync } from "node:fs";
import type { Json, TestApp } from "./app.ts";

/** An operation of test/operations. */
export interface Operation {
  name: string;
  document: string;
  /** With what stands for the data of a workspace put in: see {@link readOperations}. */
  variables: Record<string, unknown>;
}

export const operationsFolder = new URL("../operations/", import.meta.url);

/**
 * Every `NAME.graphql` of test/operations with its `NAME.variables.json`, in the order of their names.
 *
 * In the variables `"<Post>"`, `"<Post 2>"` … stand for global ids of the workspace that the app's own
 * key belongs to, the first post being one with a discussion, and `"<cursor of posts>"` for the end of
 * the first page of posts.
 */
export async function readOperations(app: TestApp): Promise<Operation[]> {
  const withSamples = await samplesFor(app);
  return operationNames().map((name) => ({
    name,
    document: readFileSync(new URL(`${name}.graphql`, operationsFolder), "utf8"),
    variables: withSamples(readVariables(name)) as Operation["variables"],
  }));
}

/** Reads JSON in which samples stand for the data of the app's workspace. */
export async function samplesFor(app: TestApp): Promise<(json: string) => unknown> {
  const samples = await findSamples(app);
  const replace = (_: string, value: unknown): unknown => {
    if (typeof value !== "string" || !value.startsWith("<")) return value;
    const found = samples.get(value);
    if (found === undefined) throw new Error(`there is no ${value} in the data`);
    return found;
  };
  return (json) => JSON.parse(json, replace);
}

export const operationNames = (): string[] =>
  readdirSync(operationsFolder)
    .filter((file) => file.endsWith(".graphql"))
    .map((file) => file.slice(0, -".graphql".length))
    .sort();

function readVariables(name: string): string {
  try {
    return readFileSync(new URL(`${name}.variables.json`, operationsFolder), "utf8");
  } catch {
    return "{}";
  }
}

async function findSamples(app: TestApp): Promise<Map<string, string>> {
  const { data } = await app.read(`{
    accounts(first: 5) { nodes { id } }
    replies: comments(first: 2, filter: { startsThread: false }) {
      nodes { parent { id author { id } } post { id } }
    }
    posts(first: 20) { nodes { id } pageInfo { endCursor } }
    tags(first: 5) { nodes { id } }
    workspace { members(first: 5) { nodes { id } } }
  }`);
  const replies: Json[] = data.replies.nodes;
  const objects: Record<string, string[]> = {
    Account: idsOf(data.accounts.nodes),
    Comment: idsOf(replies.map(({ parent }) => parent)),
    Contact: idsOf(replies.map(({ parent }) => parent.author)),
    Post: idsOf([...replies.map(({ post }) => post), ...data.posts.nodes]),
    Tag: idsOf(data.tags.nodes),
    Member: idsOf(data.workspace.members.nodes),
  };
  const samples = Object.entries(objects).flatMap(([type, ids]) =>
    ids.map((id, index): [string, string] => [index ? `<${type} ${index + 1}>` : `<${type}>`, id]),
  );
  return new Map([...samples, ["<cursor of posts>", data.posts.pageInfo.endCursor as string]]);
}

const idsOf = (objects: { id: string }[]) => [...new Set(objects.map(({ id }) => id))];
