import { readFileSync } from "node:fs";
import { getOperationAST, Kind, parse, type GraphQLFormattedError } from "graphql";
import { z } from "zod";
import type { Viewer } from "../auth/viewer.ts";
import { ConfigError, type Config } from "../config.ts";
import { refusal } from "../errors.ts";
import type { GraphQLParameters } from "./parameters.ts";

/** What `@apollo/generate-persisted-query-manifest` writes. */
const manifestForm = z.object({
  format: z.literal("apollo-persisted-query-manifest"),
  version: z.literal(1),
  operations: z.array(
    z.object({
      id: z.string().min(1),
      name: z.string(),
      type: z.enum(["query", "mutation", "subscription"]),
      body: z.string().min(1),
    }),
  ),
});

/** The first error with which the server would refuse an operation; undefined when it would not. */
export type Rehearse = (query: string) => Promise<GraphQLFormattedError | undefined>;

const SHA256 = /^[0-9a-f]{64}$/;

/** The operations that are accepted by their ids. */
export class TrustedDocuments {
  readonly #bodies: ReadonlyMap<string, string>;
  readonly #names: ReadonlyMap<string, string>;
  readonly #only: boolean;

  /** Texts by their ids, and names by their texts. */
  constructor(
    bodies: ReadonlyMap<string, string>,
    names: ReadonlyMap<string, string>,
    only: boolean,
  ) {
    this.#bodies = bodies;
    this.#names = names;
    this.#only = only;
  }

  /** What the manifest calls the operation of this text; undefined for one that is not of it. */
  nameOf(text: string): string | undefined {
    return this.#names.get(text);
  }

  /**
   * The request with the text of the operation that it names, or as it is. Ids that are not of the
   * manifest go on to Apollo, whose cache of persisted queries knows texts by their SHA-256.
   */
  resolve(parameters: GraphQLParameters, viewer: Viewer | undefined): GraphQLParameters {
    const { documentId } = parameters;
    const trusted = documentId === undefined ? undefined : this.#bodies.get(documentId);
    if (trusted === undefined && (this.#only || viewer?.trustedDocumentsOnly)) {
      throw notTrusted(documentId);
    }
    if (documentId === undefined) return parameters;
    const { documentId: _, ...rest } = parameters;
    if (trusted !== undefined) return { ...rest, query: trusted, extensions: {} };
    if (!SHA256.test(documentId)) throw notAHash(documentId);
    const persistedQuery = { version: 1, sha256Hash: documentId };
    return { ...rest, extensions: { ...rest.extensions, persistedQuery } };
  }
}

/** The id of the manifest's first operation that needs no variables, for whoever wants to try one. */
export function exampleDocument(path: string): string | undefined {
  const { operations } = manifestForm.parse(readJson(path, (why) => new ConfigError(why)));
  return operations.find(({ body }) => needsNoVariables(body))?.id;
}

const needsNoVariables = (body: string) =>
  getOperationAST(parse(body))?.variableDefinitions?.every(
    ({ type, defaultValue }) => type.kind !== Kind.NON_NULL_TYPE || defaultValue,
  );

/** Reads the manifest of the configuration. Throws ConfigError for a wrong one, in one line. */
export async function loadTrustedDocuments(
  { path, only }: Config["trustedDocuments"],
  rehearse: Rehearse,
): Promise<TrustedDocuments> {
  const bodies = new Map<string, string>();
  const names = new Map<string, string>();
  if (path === undefined) return new TrustedDocuments(bodies, names, only);
  const wrong = (why: string) =>
    new ConfigError(`TRUSTED_DOCUMENTS is ${JSON.stringify(path)}; ${why.replaceAll(/\s+/g, " ")}`);

  const manifest = manifestForm.safeParse(readJson(path, wrong));
  if (!manifest.success) {
    const [issue] = manifest.error.issues;
    const where = issue?.path.join(".") || "the file";
    throw wrong(`it is no persisted query manifest: ${where}: ${issue?.message}`);
  }
  for (const { id, name, body } of manifest.data.operations) {
    if (bodies.has(id)) throw wrong(`two of its operations have the id ${id}`);
    const refused = await rehearse(body);
    if (refused !== undefined)
      throw wrong(`its operation ${name} would be refused: ${told(refused)}`);
    bodies.set(id, body);
    names.set(body, name);
  }
  return new TrustedDocuments(bodies, names, only);
}

/** A refusal without its extensions, which only a client sees. */
function told({ message, extensions = {} }: GraphQLFormattedError): string {
  const { rewritten, variables } = extensions;
  if (typeof rewritten !== "string") return message;
  const sizes = variables === undefined ? "" : ` with the variables ${JSON.stringify(variables)}`;
  return `${message.replace(/ extensions\.rewritten is .*$/s, "")} This would pass${sizes}: ${rewritten}`;
}

function readJson(path: string, wrong: (why: string) => ConfigError): unknown {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw wrong(`it cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw wrong("it is not JSON");
  }
}

const notTrusted = (id: string | undefined) =>
  refusal(
    "TRUSTED_DOCUMENT_REQUIRED",
    id === undefined
      ? "Only trusted documents are accepted; send the id of one as documentId, or as " +
          "extensions.persistedQuery.sha256Hash"
      : `Only trusted documents are accepted, and ${shown(id)} is not the id of one; publish the ` +
          "client's manifest to the server first",
  );

const notAHash = (id: string) =>
  refusal(
    "BAD_REQUEST",
    `${shown(id)} is neither the id of a trusted document nor the SHA-256 of a query, in hexadecimal; ` +
      "documentId or extensions.persistedQuery.sha256Hash must be one of these",
  );

const shown = (id: string) => JSON.stringify(id.length > 80 ? `${id.slice(0, 80)}…` : id);
