import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from "@apollo/client";
import { map } from "rxjs";
import { possibleTypes, typePolicies } from "../../../clients/apollo/type-policies.ts";
import { operationIds } from "../operations.generated.ts";
import { noteCost } from "./cost.ts";
import { noteFailed } from "./failed.ts";
import { codesOf } from "./problem.ts";

declare module "@apollo/client" {
  // Types follow from what is not the library's own default.
  namespace ApolloClient {
    namespace DeclareDefaultOptions {
      interface WatchQuery {
        errorPolicy: "all";
      }
      interface Query {
        errorPolicy: "all";
      }
    }
  }
}

/** What the client tells of sessions and workspaces. */
export interface ClientEvents {
  /** The server knows no session. */
  onSignedOut: () => void;
  /** The person is no member of the workspace asked for. */
  onNoWorkspace: () => void;
}

/** A client, with a cache of its own, that asks as the signed-in person in one workspace. */
export function createClient(workspaceId: string | undefined, events: ClientEvents): ApolloClient {
  return new ApolloClient({
    link: ApolloLink.from([
      namedById,
      noted(events),
      new HttpLink({
        uri: "/graphql",
        headers: {
          "x-insight": "sql",
          ...(workspaceId === undefined ? {} : { "x-workspace": workspaceId }),
        },
      }),
    ]),
    cache: new InMemoryCache({ typePolicies, possibleTypes }),
    defaultOptions: {
      // A relation that failed is null, and the rest is shown. Refetched, a list replaces the one before by its
      // policy, which keeps it when the new one failed; "overwrite" would not ask the policy.
      watchQuery: { errorPolicy: "all", refetchWritePolicy: "merge" },
      query: { errorPolicy: "all" },
    },
  });
}

/** Names operations by their ids, for servers that take trusted documents alone. */
const namedById = new ApolloLink((operation, forward) => {
  const sha256Hash = operationIds[operation.operationName ?? ""];
  if (sha256Hash !== undefined)
    operation.extensions = { persistedQuery: { version: 1, sha256Hash } };
  return forward(operation);
});

/** Takes from each answer what it cost, and gives its errors the id of the request. */
const noted = ({ onSignedOut, onNoWorkspace }: ClientEvents) =>
  new ApolloLink((operation, forward) =>
    forward(operation).pipe(
      map((result) => {
        const response = operation.getContext()["response"] as Response | undefined;
        const requestId = response?.headers.get("x-request-id");
        noteCost(operation.operationName ?? "", result.extensions);
        const codes = codesOf(result.errors ?? []);
        if (codes.has("UNAUTHENTICATED")) onSignedOut();
        if (codes.has("NO_WORKSPACE")) onNoWorkspace();
        noteFailed(operation.client.cache, result);
        if (!result.errors || !requestId) return result;
        const errors = result.errors.map((error) => ({
          ...error,
          extensions: { ...error.extensions, requestId },
        }));
        return { ...result, errors };
      }),
    ),
  );
