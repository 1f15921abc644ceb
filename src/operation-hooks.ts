import type {
  ApolloServerPlugin,
  GraphQLRequestContextDidEncounterErrors,
  GraphQLRequestContextDidResolveOperation,
  GraphQLRequestContextResponseForOperation,
  GraphQLRequestContextWillSendResponse,
  GraphQLResponse,
} from "@apollo/server";
import type { RequestContext } from "./context.ts";

type Answer = GraphQLResponse | null;

/** A say in every operation, at Apollo's moments of the same names. Only an answer may be waited for. */
export interface OperationHooks {
  /** Refuses the operation by throwing. */
  didResolveOperation?: (request: GraphQLRequestContextDidResolveOperation<RequestContext>) => void;
  didEncounterErrors?: (request: GraphQLRequestContextDidEncounterErrors<RequestContext>) => void;
  /** The first answer that is not null stands, and those after it are not asked. */
  responseForOperation?: (
    request: GraphQLRequestContextResponseForOperation<RequestContext>,
  ) => Answer | Promise<Answer>;
  willSendResponse?: (request: GraphQLRequestContextWillSendResponse<RequestContext>) => void;
}

const done = Promise.resolve();

/**
 * All of them, in their order, as one plugin: Apollo makes promises for every hook of every plugin and waits
 * for each, also where there is nothing to wait for.
 */
export function pluginOf(all: readonly OperationHooks[]): ApolloServerPlugin<RequestContext> {
  const allOf = <Name extends keyof OperationHooks>(name: Name) =>
    all.map((hooks) => hooks[name]).filter((hook) => hook !== undefined);
  const [resolved, erred, answers, sends] = [
    allOf("didResolveOperation"),
    allOf("didEncounterErrors"),
    allOf("responseForOperation"),
    allOf("willSendResponse"),
  ];
  const listener = Promise.resolve({
    didResolveOperation(request: Parameters<(typeof resolved)[number]>[0]) {
      for (const hook of resolved) hook(request);
      return done;
    },
    didEncounterErrors(request: Parameters<(typeof erred)[number]>[0]) {
      for (const hook of erred) hook(request);
      return done;
    },
    async responseForOperation(request: Parameters<(typeof answers)[number]>[0]) {
      for (const hook of answers) {
        const given = hook(request);
        const answer = given instanceof Promise ? await given : given;
        if (answer) return answer;
      }
      return null;
    },
    willSendResponse(request: Parameters<(typeof sends)[number]>[0]) {
      for (const hook of sends) hook(request);
      return done;
    },
  });
  return { requestDidStart: () => listener };
}
