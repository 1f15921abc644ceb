import type { FastifyRequest } from "fastify";
import type { JsonLimits } from "../config.ts";
import { refusal } from "../errors.ts";
import { parseJson } from "./json.ts";

/** What a GraphQL request over HTTP consists of, well-formed. */
export interface GraphQLParameters {
  query?: string;
  operationName?: string;
  variables?: Record<string, unknown>;
  extensions?: Record<string, unknown>;
  /** The id of an operation that the server has: `documentId`, or Apollo's persisted query. */
  documentId?: string;
}

/** The request's parameters, from the URL of a GET and the body of a POST. Throws BAD_REQUEST. */
export function parametersOf(request: FastifyRequest, json: JsonLimits): GraphQLParameters {
  const given = request.method === "POST" ? bodyOf(request.body) : searchOf(request.url, json);
  const query = textOf(given, "query");
  const operationName = textOf(given, "operationName");
  const variables = objectOf(given, "variables");
  const extensions = objectOf(given, "extensions");
  const documentId =
    textOf(given, "documentId")?.replace(/^sha256:/, "") ?? persistedId(extensions);
  if (!query && documentId === undefined) {
    throw malformed("There is no query; send { query, operationName, variables, extensions }");
  }
  const parameters: GraphQLParameters = {};
  if (query) parameters.query = query;
  if (operationName) parameters.operationName = operationName;
  if (variables) parameters.variables = variables;
  if (extensions) parameters.extensions = extensions;
  if (documentId !== undefined) parameters.documentId = documentId;
  return parameters;
}

type Given = Readonly<Record<string, unknown>>;

function bodyOf(body: unknown): Given {
  if (Array.isArray(body)) {
    throw malformed("The body is a list; operations are not taken in batches, send one a request");
  }
  if (!isObject(body)) throw malformed(`The body is ${kindOf(body)}; it must be a JSON object`);
  return body;
}

/** In a URL an empty parameter stands for one that is not there. */
function searchOf(url: string, json: JsonLimits): Given {
  const [, ...search] = url.split("?");
  const given = new Map<string, unknown>();
  for (const [name, value] of new URLSearchParams(search.join("?"))) {
    if (!PARAMETERS.has(name)) continue;
    if (given.has(name)) throw malformed(`${name} is in the URL twice; send it once`);
    given.set(
      name,
      value === ""
        ? undefined
        : JSON_PARAMETERS.has(name)
          ? parseJson(value, `${name} in the URL`, json)
          : value,
    );
  }
  return Object.fromEntries(given);
}

const JSON_PARAMETERS: ReadonlySet<string> = new Set(["variables", "extensions"]);
const PARAMETERS: ReadonlySet<string> = new Set([
  "query",
  "operationName",
  "documentId",
  ...JSON_PARAMETERS,
]);

function textOf(given: Given, name: string): string | undefined {
  const value = given[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string")
    throw malformed(`${name} is ${kindOf(value)}; it must be a string`);
  return value;
}

function objectOf(given: Given, name: string): Record<string, unknown> | undefined {
  const value = given[name];
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) throw malformed(`${name} is ${kindOf(value)}; it must be an object`);
  return value;
}

/** `{ persistedQuery: { version: 1, sha256Hash } }`, as Apollo's clients send it. */
function persistedId(extensions: Given | undefined): string | undefined {
  const persisted = extensions?.["persistedQuery"];
  if (persisted === undefined || persisted === null) return undefined;
  if (isObject(persisted) && persisted["version"] === 1) {
    const id = persisted["sha256Hash"];
    if (typeof id === "string" && id !== "") return id;
  }
  throw malformed("extensions.persistedQuery must be { version: 1, sha256Hash }");
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return "empty";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

const malformed = (message: string) => refusal("BAD_REQUEST", message);
