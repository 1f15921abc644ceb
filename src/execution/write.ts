import { JsonText } from "./json-text.ts";
import { isPlain } from "./leaf.ts";
import type { LoadedField, Nesting, ObjectPlan } from "./plan.ts";
import type { Run } from "./run.ts";
import { Surprise } from "./surprise.ts";

/** The data as JSON, without a tree in between. Throws {@link Surprise} for what graphql-js would refuse. */
export function write(run: Run): string | Buffer {
  const json = new JsonText();
  new Writing(run, json).object(run.plan.root, undefined);
  return json.end();
}

class Writing {
  readonly #run: Run;
  readonly #json: JsonText;
  /** The place of the next value in each slot. */
  readonly #next: number[] = [];
  readonly #nextPlan: number[] = [];

  constructor(run: Run, json: JsonText) {
    this.#run = run;
    this.#json = json;
    for (let slot = 0; slot < run.plan.slots; slot++) {
      this.#next.push(0);
      this.#nextPlan.push(0);
    }
  }

  object(plan: ObjectPlan, object: unknown) {
    let text = "{";
    for (const field of plan.fields) {
      if (field.kind === "typename") {
        text += field.text;
      } else if (field.kind === "objects") {
        this.#json.add(text + field.key);
        text = "";
        this.#objects(field, field.nesting, this.#take(field));
      } else {
        const value =
          field.kind === "property"
            ? (object as Record<string, unknown>)[field.name]
            : this.#take(field);
        if (field.textKey !== undefined && typeof value === "string" && isPlain(value)) {
          // One after the other: a string of its own for the value would be one more for each.
          text += field.textKey;
          text += value;
          text += '"';
        } else {
          text += field.key + field.write(value);
        }
      }
    }
    this.#json.add(`${text}}`);
  }

  #take({ slot }: LoadedField): unknown {
    const place = this.#next[slot] ?? 0;
    this.#next[slot] = place + 1;
    return this.#run.values[slot]?.[place];
  }

  #objects(field: LoadedField, nesting: Nesting, value: unknown) {
    const { item } = nesting;
    if (value === null || value === undefined) this.#json.add("null");
    else if (item) this.#list(field, item, value as unknown[]);
    else this.object(this.#planOf(field), value);
  }

  #list(field: LoadedField, nesting: Nesting, items: readonly unknown[]) {
    let separator = "[";
    for (const item of items) {
      this.#json.add(separator);
      separator = ",";
      this.#objects(field, nesting, item);
    }
    this.#json.add(items.length === 0 ? "[]" : "]");
  }

  #planOf(field: LoadedField): ObjectPlan {
    if (field.objectType) return this.#run.plan.below(field, field.objectType);
    const place = this.#nextPlan[field.slot] ?? 0;
    this.#nextPlan[field.slot] = place + 1;
    const plan = this.#run.plans[field.slot]?.[place];
    if (!plan) throw new Surprise("an object without plan");
    return plan;
  }
}
