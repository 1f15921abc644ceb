import {
  isReference,
  type ApolloCache,
  type OperationVariables,
  type Reference,
  type TypedDocumentNode,
} from "@apollo/client";
import { useApolloClient } from "@apollo/client/react";
import { useState } from "react";
import { useNotify } from "../components/use-notify.ts";
import type { UserErrorPartsFragment } from "../operations.generated.ts";
import { useText } from "../text/text.tsx";
import { idempotencyKeys } from "./idempotency-key.ts";
import { problemOf } from "./problem.ts";

interface Payload {
  userErrors: readonly UserErrorPartsFragment[];
}
type Answer = Record<string, unknown>;
/** What a mutation of one field answers with. */
type PayloadOf<Data> = Extract<Data[keyof Data], Payload>;
type InputOf<Variables> = Variables extends { input: infer Input } ? Input : never;

interface Options<Data, Input> {
  /** What it will answer, as it looks now: shown at once, and taken back when it is not so. */
  optimistic?: (input: Input) => Data;
  /** What else the cache learns of it. */
  update?: (cache: ApolloCache, payload: PayloadOf<Data>) => void;
  /** Tells of a failure in a notification: for what has no form to show it in. */
  isNotified?: boolean;
}

interface State {
  isBusy: boolean;
  error?: unknown;
  refusals: readonly UserErrorPartsFragment[];
}

const payloadIn = <Data extends Answer>(data: Data | null | undefined) =>
  Object.values(data ?? {}).find(
    (value): value is PayloadOf<Data> => typeof value === "object" && value !== null,
  );

/** What is done here stands in the log: it is asked for anew when it is looked at. */
function forgetAuditLog(cache: ApolloCache) {
  cache.modify<{ workspace: Reference }>({
    fields: {
      workspace(known) {
        if (isReference(known)) cache.evict({ id: known.__ref, fieldName: "auditLogEntries" });
        return known;
      },
    },
  });
}

/**
 * A mutation for a form or a button. An input that got no answer is sent again with the same idempotency
 * key, so that it is done once however often it is sent.
 */
export function useChange<Data extends Answer, Variables extends OperationVariables>(
  mutation: TypedDocumentNode<Data, Variables>,
  { optimistic, update, isNotified = false }: Options<Data, InputOf<Variables>> = {},
) {
  const client = useApolloClient();
  const texts = useText();
  const notify = useNotify();
  const [keys] = useState(idempotencyKeys);
  const [state, setState] = useState<State>({ isBusy: false, refusals: [] });

  const tell = (message: string) => notify(message, { title: texts.settings.undone });
  const failed = (error: unknown) => {
    setState({ isBusy: false, error, refusals: [] });
    if (!isNotified) return;
    const { text, detail, requestId } = problemOf(error, texts);
    const id = requestId && texts.problem.requestId(requestId);
    tell([text, detail, id].filter(Boolean).join(" · "));
  };
  const refused = (refusals: Payload["userErrors"]) => {
    setState({ isBusy: false, refusals });
    if (!isNotified) return;
    tell(refusals.map(({ code, message }) => texts.settings.refusal(code, message)).join(" "));
  };

  /** Undefined when it was not done: then the state says why. */
  async function send(
    given: Omit<InputOf<Variables>, "idempotencyKey">,
  ): Promise<PayloadOf<Data> | undefined> {
    const input = { ...given, idempotencyKey: keys.keyFor(given) } as InputOf<Variables>;
    setState({ isBusy: true, refusals: [] });
    try {
      const { data } = await client.mutate({
        mutation: mutation as TypedDocumentNode<Data, OperationVariables>,
        variables: { input },
        ...(optimistic ? { optimisticResponse: optimistic(input) } : {}),
        update(cache, result) {
          const payload = payloadIn(result.data as Data);
          if (!payload || payload.userErrors.length > 0) return;
          update?.(cache, payload);
          forgetAuditLog(cache);
        },
      });
      const payload = payloadIn(data);
      if (payload && payload.userErrors.length > 0) {
        refused(payload.userErrors);
        return undefined;
      }
      keys.answered();
      setState({ isBusy: false, refusals: [] });
      return payload;
    } catch (error) {
      failed(error);
      return undefined;
    }
  }

  /** What the server says of a field, or of none. */
  const refusalOf = (...fields: (string | null)[]) =>
    state.refusals
      .filter(({ field }) => fields.includes(field))
      .map(({ code, message }) => texts.settings.refusal(code, message))
      .join(" ") || undefined;

  return { ...state, send, refusalOf };
}
