import { isPermitted } from "../../auth/permissions.ts";
import type { Tried } from "../tried.ts";
import { askers, type Asker, type AuditedApp } from "./app.ts";

/** What the attacker of the lens needs to know. */
export interface LensAttack {
  app: Pick<AuditedApp, "ask" | "look">;
  own: string;
  foreign: string;
}

/** A request to the lens, about an operation of the other workspace. */
interface Look {
  target: string;
  path: string;
  body?: object;
  /** Whether whoever may look is answered; otherwise nothing may be found. */
  isAnswered: boolean;
}

/** No client calls an operation like this. */
const NAME = "AuditedOperationOfB";

/** Looks through the lens as everybody of one workspace, for an operation of another. */
export async function attackLens({ app, own, foreign }: LensAttack): Promise<Tried[]> {
  const [owner] = askers;
  if (!owner) throw new Error("there is nobody to ask");
  const { requestId: id } = await app.ask(
    owner,
    foreign,
    `query ${NAME} { tags { nodes { id } } }`,
  );
  const list = await app.look(owner, foreign, "operations?limit=1");
  const isThere = list.status === 200 && list.text.includes(id) && list.text.includes(NAME);
  const looks: Look[] = [
    { target: "GET /lens/api/operations", path: "operations?limit=500", isAnswered: true },
    { target: "GET /lens/api/operations/:id", path: `operations/${id}`, isAnswered: false },
    {
      target: "POST /lens/api/operations/:id/explain",
      path: `operations/${id}/explain`,
      body: { batch: 0, analyze: true },
      isAnswered: false,
    },
    { target: "GET /lens/api/statements", path: "statements", isAnswered: true },
    {
      target: "POST /lens/api/dry-run",
      path: "dry-run",
      body: { query: "{ tags { nodes { id } } }" },
      isAnswered: true,
    },
  ];
  const tried: Tried[] = [];
  for (const asker of askers) {
    for (const look of looks) {
      const answer = await app.look(asker, own, look.path, look.body);
      tried.push(judge(look, asker, answer, isThere && [id, NAME]));
    }
  }
  return tried;
}

/** `secrets`: what only the other workspace's lens has; false when it has nothing. */
function judge(
  { target, isAnswered }: Look,
  asker: Asker,
  { status, text }: Awaited<ReturnType<AuditedApp["look"]>>,
  secrets: readonly string[] | false,
): Tried {
  const name = "an operation of B";
  const tried = { name, target, column: asker.name, as: asker.name };
  const found = (came: string, why: string): Tried => ({
    ...tried,
    came,
    verdict: "finding",
    says: `${target}, ${name}, as ${asker.name}: ${why}`,
  });
  const mayLook = isPermitted("READ_INSIGHT", asker.role, asker.scopes);
  const isOk = status < 400;
  if (isOk && !mayLook) {
    return found(
      "answered",
      "it was answered without the permission READ_INSIGHT. Look at who is let in in src/app.ts.",
    );
  }
  // A refusal may repeat the id that it was asked for.
  if (isOk && (!isAnswered || (secrets && secrets.some((secret) => text.includes(secret))))) {
    return found(
      "told of B",
      "it tells of another workspace's operation. Look at how src/lens/ring.ts keeps them apart.",
    );
  }
  if (status >= 500) {
    return found(
      "an error",
      "it failed where it should have refused. Ask it by hand and look at the server's log.",
    );
  }
  if (!mayLook) return { ...tried, came: "forbidden", verdict: "held" };
  // Nothing was proved where there was nothing to find.
  return { ...tried, came: isOk ? "own" : "nothing", verdict: secrets ? "held" : "unproven" };
}
