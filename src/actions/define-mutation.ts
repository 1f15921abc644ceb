import type { z } from "zod";
import { viewerOf, type RequestContext } from "../context.ts";
import type { WriteSession } from "../db/write-session.ts";
import type { UserError } from "../schema/types.generated.ts";
import { actorOf, logEntry, type Actor, type AuditEntry } from "./audit-log.ts";
import { confirmViewer } from "./confirm-viewer.ts";
import { once } from "./idempotency.ts";
import { UserFailure } from "./user-error.ts";

/** What an action works with. */
export interface Acting {
  readonly context: RequestContext;
  /** The transaction: everything that the action writes is committed together, or nothing of it. */
  readonly session: WriteSession;
  /** Notes in the audit log what was done, in the same transaction; by the mutation's actor unless told. */
  readonly log: (entry: AuditEntry, by?: Actor) => Promise<void>;
}

interface Mutation<Schema extends z.ZodType, Done extends object> {
  /** The mutation's name in the schema. */
  name: string;
  /** What the input must be beyond what the SDL says; an `idempotencyKey` needs no mention. */
  input: Schema;
  /** Whose rows it writes; the viewer's workspace unless told. */
  workspaceOf?: (input: z.output<Schema>) => string;
  /** Who does it; the viewer unless told. */
  actorOf?: (context: RequestContext) => Actor;
  /** Does it, and answers with the payload's fields: rows, and values that are shown once. */
  run(acting: Acting, input: z.output<Schema>): Promise<Done>;
}

/** The payload: what was done, or why not. */
type Payload<Done> = { [Field in keyof Done]: Done[Field] | null } & {
  userErrors: UserError[];
};

/** The most errors that one payload has. */
const MOST_ERRORS = 20;

/**
 * A mutation's resolver. The input is checked, the action runs in a transaction of its own that is
 * committed before anything of the payload is read, and is done once for an idempotency key.
 */
export function defineMutation<Schema extends z.ZodType, Done extends object>(
  mutation: Mutation<Schema, Done>,
) {
  return async (
    _: unknown,
    { input }: { input: { idempotencyKey?: string | null | undefined } },
    context: RequestContext,
  ): Promise<Payload<Done>> => {
    const { idempotencyKey, ...given } = input;
    const checked = mutation.input.safeParse(given);
    const keyErrors = checkKey(idempotencyKey);
    if (!checked.success || keyErrors.length > 0) {
      return refused<Done>([...keyErrors, ...(checked.error ? errorsOf(checked.error) : [])]);
    }
    const { data } = checked;
    const actor = (mutation.actorOf ?? actorOf)(context);
    try {
      const done = await context.write(async (session) => {
        // Whoever acts in another workspace than the viewer's is known in another way.
        if (!mutation.workspaceOf) await confirmViewer(session, viewerOf(context));
        const act = () =>
          mutation.run(
            { context, session, log: (entry, by = actor) => logEntry(session, context, by, entry) },
            data,
          );
        if (idempotencyKey == null) return act();
        const request = JSON.stringify([mutation.name, given]);
        return once<Done>(session, { actor, key: idempotencyKey, request }, act);
      }, mutation.workspaceOf?.(data));
      return { ...done, userErrors: [] };
    } catch (error) {
      if (error instanceof UserFailure) return refused<Done>(error.userErrors);
      throw error;
    }
  };
}

/** The payload's fields are null by being left out. */
const refused = <Done>(userErrors: readonly UserError[]) =>
  ({ userErrors: userErrors.slice(0, MOST_ERRORS) }) as unknown as Payload<Done>;

const errorsOf = ({ issues }: z.ZodError): UserError[] =>
  issues.map(({ path, message }) => ({ code: "INVALID", field: path.join("."), message }));

const LONGEST_KEY = 255;

function checkKey(key: string | null | undefined): UserError[] {
  if (key == null || (key.length > 0 && key.length <= LONGEST_KEY)) return [];
  const message = `An idempotency key has 1 to ${LONGEST_KEY} characters, this one ${key.length}; use a new UUID.`;
  return [{ code: "INVALID", field: "idempotencyKey", message }];
}
