import { execute, type ExecutionResult, type GraphQLSchema } from "graphql";
import { compileQueries, type ExecutionRequest } from "../../src/execution/executor.ts";

export type Execute = (request: ExecutionRequest) => Promise<ExecutionResult>;

/** What the server does with an operation that has passed the gates: compiled where that can be, by graphql-js else. */
export function createExecutor(schema: GraphQLSchema): Execute {
  const executeCompiled = compileQueries(schema);
  return async (request) => {
    const data = await executeCompiled(request);
    if (data) return { data: data as never };
    const { document, operationName, variables, contextValue } = request;
    return execute({ schema, document, operationName, variableValues: variables, contextValue });
  };
}
