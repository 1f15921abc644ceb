import type { ApolloServerPlugin } from "@apollo/server";
import { GraphQLError } from "graphql";
import type { RequestContext } from "../../context.ts";
import type { OperationHooks } from "../../operation-hooks.ts";
import { withoutValues } from "./redact.ts";
import type { RequestTrace } from "./request-trace.ts";

type Plugin = ApolloServerPlugin<RequestContext>;
type TraceOf = (requestId: string) => RequestTrace | undefined;

/** Parsing and validation as parts of a request, where Apollo does not know the document already. */
export function phases(traceOf: TraceOf): Plugin {
  return {
    async requestDidStart({ contextValue }) {
      const trace = traceOf(contextValue.requestId);
      if (!trace) return undefined;
      trace.isRunning = true;
      if (!trace.span.isRecording()) return undefined;
      const { arrivedAt, span } = trace;
      if (arrivedAt !== undefined) {
        trace.add({ name: "admission", startedAt: arrivedAt, endedAt: performance.now() });
      }
      return {
        async parsingDidStart() {
          const end = begin(trace, "graphql.parse");
          return async (error) => end(error && "GRAPHQL_PARSE_FAILED");
        },
        async validationDidStart() {
          const end = begin(trace, "graphql.validate");
          return async (errors) => end(errors && "GRAPHQL_VALIDATION_FAILED");
        },
        async didResolveOperation({ document }) {
          span.setAttribute("graphql.document", withoutValues(document));
        },
      };
    },
  };
}

/** Hooks whose say in an operation becomes a part of the request, with what the gates measured. */
export function timed(traceOf: TraceOf, name: string, hooks: OperationHooks): OperationHooks {
  const { didResolveOperation, responseForOperation } = hooks;
  const begun = ({ contextValue }: { contextValue: RequestContext }) => {
    const trace = traceOf(contextValue.requestId);
    return trace?.span.isRecording() ? begin(trace, name) : () => {};
  };
  return {
    ...hooks,
    ...(didResolveOperation && {
      didResolveOperation(request) {
        const end = begun(request);
        try {
          didResolveOperation(request);
          end();
        } catch (error) {
          end(codeOf(error));
          throw error;
        }
      },
    }),
    ...(responseForOperation && {
      async responseForOperation(request) {
        const end = begun(request);
        try {
          const answer = await responseForOperation(request);
          end();
          return answer;
        } catch (error) {
          end(codeOf(error));
          throw error;
        }
      },
    }),
  };
}

function begin(trace: RequestTrace, name: string) {
  const startedAt = performance.now();
  return (failure?: string) =>
    void trace.add({ name, startedAt, endedAt: performance.now(), failure });
}

function codeOf(error: unknown): string {
  const code = error instanceof GraphQLError && error.extensions["code"];
  return typeof code === "string" ? code : "INTERNAL_SERVER_ERROR";
}
