import {
  getVariableValues,
  Kind,
  visit,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from "graphql";
import type { ExecutionRequest } from "./executor.ts";
import { OperationPlan } from "./plan.ts";
import { Run } from "./run.ts";

/** Of an operation so many combinations of what `@skip` and `@include` say are kept. */
const MOST_PLANS = 16;

type Asked = Pick<ExecutionRequest, "variables" | "coerced" | "contextValue">;

/** An operation and its plans. */
export class CompiledOperation {
  readonly #schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  // Without prototype: one of them may be called `__proto__`.
  readonly #fragments = Object.create(null) as Record<string, FragmentDefinitionNode>;
  /** The variables on which it depends what is selected. */
  readonly #switches: ReadonlySet<string>;
  /** Undefined for one that cannot be compiled. */
  readonly #plans = new Map<string, OperationPlan | undefined>();

  constructor(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) {
    this.#schema = schema;
    this.operation = operation;
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) {
        this.#fragments[definition.name.value] = definition;
      }
    }
    this.#switches = switchesOf(document);
  }

  /** How many fields its plans have, as far as they are compiled. */
  get fields(): number {
    let fields = 0;
    for (const plan of this.#plans.values()) fields += plan?.fields ?? 0;
    return fields;
  }

  /** An execution, not yet begun; undefined when graphql-js must do it. */
  run({ variables = {}, coerced = this.#coerce(variables), contextValue }: Asked): Run | undefined {
    const plan = coerced && this.#planOf(coerced);
    return plan && new Run(plan, coerced, contextValue);
  }

  #coerce(variables: Record<string, unknown>) {
    const definitions = this.operation.variableDefinitions ?? [];
    // What is wrong with them, graphql-js will say: the first error is enough.
    return getVariableValues(this.#schema, definitions, variables, { maxErrors: 0 }).coerced;
  }

  #planOf(variables: Record<string, unknown>): OperationPlan | undefined {
    const values = [...this.#switches].map((name) => [name, variables[name]]);
    const key = values.length === 0 ? "" : JSON.stringify(values);
    if (this.#plans.has(key)) return this.#plans.get(key);
    if (this.#plans.size >= MOST_PLANS) this.#plans.clear();
    const plan = this.#compile(Object.fromEntries(values));
    this.#plans.set(key, plan);
    return plan;
  }

  #compile(switches: Record<string, unknown>): OperationPlan | undefined {
    try {
      return new OperationPlan(this.#schema, this.operation, this.#fragments, switches);
    } catch {
      return undefined;
    }
  }
}

/** The variables in the document's `@skip` and `@include`. */
function switchesOf(document: DocumentNode): ReadonlySet<string> {
  const names = new Set<string>();
  visit(document, {
    Directive: (directive) => {
      visit(directive, { Variable: ({ name }) => void names.add(name.value) });
    },
  });
  return names;
}
