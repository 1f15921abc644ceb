import { getOperationAST, OperationTypeNode, type DocumentNode, type GraphQLSchema } from "graphql";
import { load } from "./load.ts";
import { PlanCache } from "./plan-cache.ts";
import { write } from "./write.ts";
import { WrittenData } from "./written-data.ts";

/** An operation to be executed; its document has been validated. */
export interface ExecutionRequest {
  document: DocumentNode;
  operationName?: string | null | undefined;
  variables?: Record<string, unknown> | undefined;
  /** The variables as the schema makes them, when that is known already. */
  coerced?: Record<string, unknown> | undefined;
  contextValue: unknown;
}

/** Undefined for what graphql-js must execute. */
export type ExecuteCompiled = (request: ExecutionRequest) => Promise<WrittenData | undefined>;

/**
 * Executes queries of a schema the compiled way: their selections are collected once, their resolvers
 * asked level by level, and the answer is written without building a tree.
 *
 * That way knows only success. Whatever fails, or is not foreseen, must go to graphql-js with the same
 * context, so that errors, their paths and the nulls around them are those of the reference; loaders
 * remember what they have read, so no statement runs twice. Mutations and introspection go there whole.
 */
export function compileQueries(schema: GraphQLSchema): ExecuteCompiled {
  const plans = new PlanCache(schema);

  return async (request) => {
    const operation = getOperationAST(request.document, request.operationName);
    if (operation?.operation !== OperationTypeNode.QUERY) return undefined;
    const compiled = plans.of(request.document, operation);
    const run = compiled.run(request);
    if (!run) return undefined;
    try {
      await load(run);
      return new WrittenData(write(run), run);
    } catch {
      // What it was, graphql-js will say.
      run.isOver = true;
      return undefined;
    } finally {
      plans.count(compiled);
    }
  };
}
