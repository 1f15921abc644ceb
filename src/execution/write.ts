import { getNamedType, isObjectType } from "graphql";
import type { LoadedField, Nesting, ObjectPlan } from "./plan.ts";
import type { Run } from "./run.ts";
import { Surprise } from "./surprise.ts";

/** The data as JSON, without a tree in between. Throws {@link Surprise} for what graphql-js would refuse. */
export function write(run: Run): string {
  return new Writing(run).object(run.plan.root, undefined);
}

class Writing {
  readonly #run: Run;
  /** The place of the next value in each slot. */
  readonly #next: number[] = [];
  readonly #nextPlan: number[] = [];

  constructor(run: Run) {
    this.#run = run;
    for (let slot = 0; slot < run.plan.slots; slot++) {
      this.#next.push(0);
      this.#nextPlan.push(0);
    }
  }

  object(plan: ObjectPlan, object: unknown): string {
    let text = "{";
    for (const field of plan.fields) {
      if (field.kind === "property") {
        text += field.key + field.write((object as Record<string, unknown>)[field.name]);
      } else if (field.kind === "typename") {
        text += field.text;
      } else {
        const value = this.#take(field);
        text += field.key;
        text +=
          field.kind === "leaf" ? field.write(value) : this.#objects(field, field.nesting, value);
      }
    }
    return `${text}}`;
  }

  #take({ slot }: LoadedField): unknown {
    const place = this.#next[slot] ?? 0;
    this.#next[slot] = place + 1;
    return this.#run.values[slot]?.[place];
  }

  #objects(field: LoadedField, nesting: Nesting, value: unknown): string {
    if (value === null || value === undefined) return "null";
    const { item } = nesting;
    if (!item) return this.object(this.#planOf(field), value);
    let text = "[";
    for (const one of value as unknown[]) {
      text +=
        text.length > 1 ? `,${this.#objects(field, item, one)}` : this.#objects(field, item, one);
    }
    return `${text}]`;
  }

  #planOf(field: LoadedField): ObjectPlan {
    const type = getNamedType(field.definition.type);
    if (isObjectType(type)) return this.#run.plan.below(field, type);
    const place = this.#nextPlan[field.slot] ?? 0;
    this.#nextPlan[field.slot] = place + 1;
    const plan = this.#run.plans[field.slot]?.[place];
    if (!plan) throw new Surprise("an object without plan");
    return plan;
  }
}
