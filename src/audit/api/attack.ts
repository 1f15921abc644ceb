import type { GraphQLSchema } from "graphql";
import { isPermitted } from "../../auth/permissions.ts";
import type { Tried } from "../tried.ts";
import { askers, type ApiAnswer, type Asker, type AuditedApp } from "./app.ts";
import { mutationTries } from "./mutations.ts";
import { idsIn, objectsIn, type Json } from "./select.ts";
import {
  crawlOf,
  cursorIn,
  cursorQuestions,
  foundIn,
  triesFor,
  type ApiTry,
  type Ids,
} from "./tries.ts";
import type { Truth } from "./truth.ts";

/** What the attacker of the API needs to know. */
export interface ApiAttack {
  schema: GraphQLSchema;
  app: Pick<AuditedApp, "ask">;
  truth: Truth;
  own: string;
  foreign: string;
  /** Which fields; all unless told. */
  only?: (target: string) => boolean;
  /** Everybody, unless told. */
  as?: readonly Asker[];
  onTried?: (done: number, total: number) => void;
}

/** So many questions are on their way at the same time. */
const AT_ONCE = 4;

interface Answered {
  one: ApiTry;
  asker: Asker;
  answer: ApiAnswer;
}

/** Asks every field of the schema as everybody of one workspace, and looks for another in the answers. */
export async function attackApi(attack: ApiAttack): Promise<Tried[]> {
  const { schema, own, foreign } = attack;
  const ids = { own: await crawl(attack, own), foreign: await crawl(attack, foreign) };
  const cursors = {
    own: await cursorsOf(attack, own, ids.own),
    foreign: await cursorsOf(attack, foreign, ids.foreign),
  };
  const { only = () => true } = attack;
  const tries = [...triesFor(schema, ids, cursors), ...mutationTries(schema, ids.foreign)].filter(
    ({ target }) => only(target),
  );
  const questions = (attack.as ?? askers).flatMap((asker) => tries.map((one) => ({ one, asker })));
  const before = await countsOf(attack, ids.own, tries);
  let done = 0;
  const answered = await inTurns(questions, async ({ one, asker }): Promise<Answered> => {
    const answer = await attack.app.ask(asker, own, one.query, one.variables);
    attack.onTried?.((done += 1), questions.length);
    return { one, asker, answer };
  });

  const leaks = {
    ids: await attack.truth.foreignIds(
      answered.flatMap(({ answer }) => [...idsIn(answer.data).values()].flat()),
    ),
    texts: await attack.truth.foreignTexts(answered.flatMap(({ answer }) => textsIn(answer.data))),
  };
  // Somebody may be at work there: as many as there were before, or are now.
  const counts = await countsOf(attack, ids.own, tries);
  for (const [type, count] of before) counts.set(type, Math.max(count, counts.get(type) ?? 0));
  return answered.map((each) => judge(each, { ...leaks, counts }));
}

/** How many objects of each type that is counted the own workspace really has. */
async function countsOf({ truth }: ApiAttack, own: Ids, tries: readonly ApiTry[]) {
  const counts = new Map<string, number>();
  for (const type of new Set(tries.map(({ counts: counted }) => counted))) {
    if (type === undefined) continue;
    const count = await truth.count(own.get(type)?.[0]);
    if (count !== undefined) counts.set(type, count);
  }
  return counts;
}

interface Leaks {
  ids: ReadonlySet<string>;
  texts: ReadonlySet<string>;
  counts: ReadonlyMap<string, number>;
}

function judge({ one, asker, answer }: Answered, leaks: Leaks): Tried {
  const tried = { name: one.name, target: one.target, column: asker.name, as: asker.name };
  const found = (came: string, why: string): Tried => ({
    ...tried,
    came,
    verdict: "finding",
    says: `${one.target}, ${one.name}, as ${asker.name}: ${why}`,
  });
  const values = foundIn(answer.data)
    .flat()
    .filter((value) => value !== null && value !== undefined);
  const codes = new Set(answer.errors.map(({ extensions }) => extensions?.code ?? "none"));

  const ids = [...idsIn(answer.data).values()].flat().filter((id) => leaks.ids.has(id)).length;
  if (ids > 0) {
    return found(
      `${ids} objects of B`,
      `${ids} objects came back that are not of this workspace. Look at the loader's predicate and at the policies of its table; if somebody has just deleted them, run the audit again.`,
    );
  }
  const texts = textsIn(answer.data).filter((text) => leaks.texts.has(text)).length;
  if (texts > 0) {
    return found(
      `${texts} values of B`,
      `${texts} values came back that only another workspace has. Look at the field's resolver.`,
    );
  }
  const most = one.counts === undefined ? undefined : leaks.counts.get(one.counts);
  if (most !== undefined && values.some(({ totalCount }) => totalCount > most)) {
    return found(
      "too many",
      "it counts more objects than the workspace has. Look at the loader's statement for totalCount.",
    );
  }
  const lacking = one.needs.find(
    (permission) => !isPermitted(permission, asker.role, asker.scopes),
  );
  if (lacking !== undefined && values.length > 0) {
    return found(
      "answered",
      `it was answered without the permission ${lacking}. Look at src/schema/permissions.ts and the resolver.`,
    );
  }
  if (one.expects === "nothing" && hasSomething(values)) {
    return found(
      "answered",
      "something came back where nothing may. Look at what the field does with an id or cursor that is not of its workspace.",
    );
  }
  if (one.expects === "refusal" && values.length > 0 && !values.some(hasUserErrors)) {
    return found(
      "carried out",
      "it was carried out with an id of another workspace (and rolled back). Look at how its action finds what the id means.",
    );
  }
  if (codes.has("INTERNAL_SERVER_ERROR")) {
    return found(
      "an error",
      "it failed where it should have refused. Ask it by hand and look at the server's log.",
    );
  }
  for (const code of ["TIMEOUT", "SERVICE_UNAVAILABLE"]) {
    if (codes.has(code)) return { ...tried, came: code, verdict: "unproven" };
  }
  if (lacking !== undefined || codes.has("FORBIDDEN"))
    return { ...tried, came: "forbidden", verdict: "held" };
  if (codes.size > 0 || one.expects === "refusal")
    return { ...tried, came: "refused", verdict: "held" };
  if (one.expects === "nothing") {
    const asked = Object.values(one.variables).some(
      (value: Json) => !Array.isArray(value) || value.length > 0,
    );
    return { ...tried, came: "nothing", verdict: asked ? "held" : "unproven" };
  }
  return {
    ...tried,
    came: values.length > 0 ? "own" : "nothing",
    verdict: values.length > 0 ? "held" : "unproven",
  };
}

/** Whether there is more in the answer than empty pages and nulls. */
const hasSomething = (values: readonly Json[]): boolean =>
  values.some((value) =>
    value === null || typeof value !== "object"
      ? value !== null && value !== undefined
      : Array.isArray(value)
        ? hasSomething(value)
        : objectsIn(value).some((each) => "id" in each) || !isPage(value),
  );

/** A mutation's refusal: `userErrors` that are not empty, under whatever alias. */
const hasUserErrors = (payload: Json) =>
  Object.entries(payload as object).some(
    ([name, value]) => name.endsWith("_userErrors") && Array.isArray(value) && value.length > 0,
  );

const isPage = (value: Json) => String(value.__typename).endsWith("Connection");

/** Every text in an answer that is no name of a type, id or cursor. */
function textsIn(data: Json): string[] {
  if (typeof data === "string") return [data];
  if (data === null || typeof data !== "object") return [];
  return Object.values(data as object).flatMap(textsIn);
}

/** Ids of a workspace by type, as its owner sees them. */
async function crawl({ schema, app }: ApiAttack, workspaceId: string): Promise<Ids> {
  const found = new Map<string, string[]>();
  const answers = await inTurns(crawlOf(schema), (query) => app.ask(owner, workspaceId, query));
  for (const { data } of answers) {
    for (const [type, ids] of idsIn(data)) {
      found.set(type, [...new Set([...(found.get(type) ?? []), ...ids])]);
    }
  }
  return found;
}

/** A cursor of each connection that is attacked. */
async function cursorsOf({ schema, app, only }: ApiAttack, workspaceId: string, ids: Ids) {
  const found = new Map<string, string>();
  const questions = cursorQuestions(schema, ids).filter(({ target }) => only?.(target) ?? true);
  await inTurns(questions, async ({ target, query, variables }) => {
    const { data } = await app.ask(owner, workspaceId, query, variables);
    const cursor = cursorIn(data);
    if (cursor !== undefined) found.set(target, cursor);
  });
  return found;
}

const owner: Asker = askers[0] ?? { name: "OWNER", role: "OWNER", scopes: [] };

/** Works through a list, a few at a time; the results are in the list's order. */
async function inTurns<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < items.length; index = next++) {
      results[index] = await work(items[index] as Item);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}
