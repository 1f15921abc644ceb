import type { GraphQLResolveInfo } from "graphql";
import type { LoadedField, ObjectPlan, OperationPlan } from "./plan.ts";
import { Surprise } from "./surprise.ts";
import type { Shape } from "./written-data.ts";

/** What graphql-js tells a resolver. A class, because an accessor of each object's own would cost more than all else. */
class FieldInfo implements GraphQLResolveInfo {
  readonly fieldName;
  readonly fieldNodes;
  readonly returnType;
  readonly parentType;
  readonly schema;
  readonly fragments;
  readonly rootValue = undefined;
  readonly operation;
  readonly variableValues;

  constructor({ definition, nodes, parentType }: LoadedField, { plan, variables }: Run) {
    this.fieldName = definition.name;
    this.fieldNodes = nodes;
    this.returnType = definition.type;
    this.parentType = parentType;
    this.schema = plan.schema;
    this.fragments = plan.fragments;
    this.operation = plan.operation;
    this.variableValues = variables;
  }

  get path(): never {
    throw new Surprise("a resolver asks for its path");
  }
}

/**
 * One execution of a plan: what `load` has found, for `write` to write. Values stand in slots, one for
 * each field of the plan, in the order of the field's objects; both walks meet objects in the same order.
 */
export class Run {
  readonly plan: OperationPlan;
  readonly variables: Record<string, unknown>;
  readonly context: unknown;
  /** The values of a field, by its slot. */
  readonly values: unknown[][] = [];
  /** The plans of an abstract field's objects, by its slot. */
  readonly plans: ObjectPlan[][] = [];
  /** The plans of which there was an object. */
  readonly met = new Set<ObjectPlan>();
  /** Nobody needs the rest. */
  isOver = false;

  constructor(plan: OperationPlan, variables: Record<string, unknown>, context: unknown) {
    this.plan = plan;
    this.variables = variables;
    this.context = context;
  }

  /** What a resolver is told of its field: one for all objects, so there is no path. */
  infoOf(field: LoadedField): GraphQLResolveInfo {
    return new FieldInfo(field, this);
  }

  /** Whether the answer has everything that the operation selects. False for what is not known at once. */
  isWhole(): boolean {
    return !this.plan.hasFragments && this.#isWhole(this.plan.root);
  }

  #isWhole({ loaded }: ObjectPlan): boolean {
    return loaded.every(({ kind, objectType, below }) => {
      if (kind === "leaf") return true;
      const own = objectType && below.get(objectType);
      return own !== undefined && this.met.has(own) && this.#isWhole(own);
    });
  }

  /** Which fields the answer has. */
  shapeOf(plan: ObjectPlan = this.plan.root): Shape {
    // Without prototype, as graphql-js makes its objects: a field may be called `__proto__`.
    const shape = Object.create(null) as Record<string, readonly Shape[] | null>;
    for (const field of plan.fields) {
      shape[field.responseKey] =
        field.kind === "objects"
          ? [...field.below.values()]
              .filter((below) => this.met.has(below))
              .map((below) => this.shapeOf(below))
          : null;
    }
    return shape;
  }
}
