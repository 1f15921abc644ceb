import { createHash } from "node:crypto";
import {
  getOperationAST,
  Lexer,
  parse,
  print,
  Source,
  TokenKind,
  type DocumentNode,
  type GraphQLSchema,
} from "graphql";
import { measure, type Measurement } from "../gates/measurement.ts";

/** A document that is understood, and of its operations the one that is meant. */
export interface Understood {
  document: DocumentNode;
  measurement: Measurement;
}

/** Reads a document again that the server has accepted. Undefined when the operation is not to be told. */
export function understand(
  schema: GraphQLSchema,
  source: string,
  operationName: string | null,
): Understood | undefined {
  try {
    const document = parse(source);
    const operation = getOperationAST(document, operationName);
    return operation ? { document, measurement: measure(schema, document, operation) } : undefined;
  } catch {
    return undefined;
  }
}

/** What tells documents apart, however they are indented: by it the lock knows them again. */
export function documentHash(source: string): string | undefined {
  try {
    return createHash("sha256")
      .update(print(parse(source, { noLocation: true })))
      .digest("hex");
  } catch {
    return undefined;
  }
}

/** A document's text without what its strings say: somebody's words may stand there. */
export function withoutStrings(source: string): string {
  const lexer = new Lexer(new Source(source));
  let shown = "";
  let from = 0;
  try {
    for (let token = lexer.advance(); token.kind !== TokenKind.EOF; token = lexer.advance()) {
      if (token.kind !== TokenKind.STRING && token.kind !== TokenKind.BLOCK_STRING) continue;
      shown += `${source.slice(from, token.start)}"…"`;
      from = token.end;
    }
    return shown + source.slice(from);
  } catch {
    // What comes behind the mistake may be the rest of a string.
    return `${shown}${source.slice(from, lexer.token.end)}…`;
  }
}
