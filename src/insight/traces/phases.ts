import type { ApolloServerPlugin } from "@apollo/server";
import { GraphQLError } from "graphql";
import type { RequestContext } from "../../context.ts";
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

/** A plugin whose say in an operation becomes a part of the request, with what the gates measured. */
export function timed(traceOf: TraceOf, name: string, plugin: Plugin): Plugin {
  return {
    ...plugin,
    async requestDidStart(request) {
      const listener = await plugin.requestDidStart?.(request);
      const trace = traceOf(request.contextValue.requestId);
      if (!listener || !trace?.span.isRecording()) return listener;
      return {
        ...listener,
        ...(listener.didResolveOperation && {
          didResolveOperation: (resolved) =>
            during(begin(trace, name), async () => listener.didResolveOperation?.(resolved)),
        }),
        ...(listener.responseForOperation && {
          responseForOperation: (resolved) =>
            during(
              begin(trace, name),
              async () => (await listener.responseForOperation?.(resolved)) ?? null,
            ),
        }),
      };
    },
  };
}

function begin(trace: RequestTrace, name: string) {
  const startedAt = performance.now();
  return (failure?: string) =>
    void trace.add({ name, startedAt, endedAt: performance.now(), failure });
}

async function during<Result>(end: (failure?: string) => void, work: () => Promise<Result>) {
  try {
    const result = await work();
    end();
    return result;
  } catch (error) {
    const code = error instanceof GraphQLError && error.extensions["code"];
    end(typeof code === "string" ? code : "INTERNAL_SERVER_ERROR");
    throw error;
  }
}
