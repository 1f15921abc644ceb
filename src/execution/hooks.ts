import { HeaderMap } from "@apollo/server";
import type { OperationHooks } from "../operation-hooks.ts";
import type { ExecuteCompiled } from "./executor.ts";

/** Apollo copies them into those of the answer. */
const noHeaders = new HeaderMap();

/**
 * Answers what can be answered the compiled way; for all else Apollo asks graphql-js. It comes after those
 * hooks that may refuse an operation at this point.
 */
export function compiledQueries(execute: ExecuteCompiled): OperationHooks {
  return {
    async responseForOperation({ document, request, contextValue }) {
      const { operationName, variables } = request;
      const { coerced } = contextValue.measured;
      const data = await execute({ document, operationName, variables, coerced, contextValue });
      if (!data) return null;
      return {
        http: { status: undefined, headers: noHeaders },
        // It has no fields: `stringifyResult` and the rate budget know that.
        body: { kind: "single", singleResult: { data: data as never } },
      };
    },
  };
}
