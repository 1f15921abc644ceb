import {
  getOperationAST,
  getVariableValues,
  Kind,
  OperationTypeNode,
  visit,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from "graphql";
import { load } from "./load.ts";
import { OperationPlan } from "./plan.ts";
import { Run } from "./run.ts";
import { write } from "./write.ts";
import { WrittenData } from "./written-data.ts";

/** An operation to be executed; its document has been validated. */
export interface ExecutionRequest {
  document: DocumentNode;
  operationName?: string | null | undefined;
  variables?: Record<string, unknown> | undefined;
  contextValue: unknown;
}

/** Undefined for what graphql-js must execute. */
export type ExecuteCompiled = (request: ExecutionRequest) => Promise<WrittenData | undefined>;

/**
 * Executes queries of a schema the compiled way: their selections are collected once, their resolvers
 * asked level by level, and the answer is written without building a tree.
 *
 * That way knows only success. Whatever fails, or is not foreseen, must go to graphql-js with the same
 * context, so that errors, their paths and the nulls around them are those of the reference; loaders
 * remember what they have read, so no statement runs twice. Mutations and introspection go there whole.
 */
export function compileQueries(schema: GraphQLSchema): ExecuteCompiled {
  const compiled = new WeakMap<OperationDefinitionNode, CompiledOperation>();

  const compiledOf = (document: DocumentNode, operation: OperationDefinitionNode) => {
    let found = compiled.get(operation);
    if (!found) {
      found = new CompiledOperation(schema, document, operation);
      compiled.set(operation, found);
    }
    return found;
  };

  return async (request) => {
    const operation = getOperationAST(request.document, request.operationName);
    if (operation?.operation !== OperationTypeNode.QUERY) return undefined;
    const run = compiledOf(request.document, operation).run(request);
    if (!run) return undefined;
    try {
      await load(run);
      return new WrittenData(write(run), () => run.shapeOf());
    } catch {
      // What it was, graphql-js will say.
      run.isOver = true;
      return undefined;
    }
  };
}

/** Of an operation so many combinations of what `@skip` and `@include` say are kept. */
const MOST_PLANS = 16;

/** An operation and its plans. */
class CompiledOperation {
  readonly #schema: GraphQLSchema;
  readonly #operation: OperationDefinitionNode;
  // Without prototype: one of them may be called `__proto__`.
  readonly #fragments = Object.create(null) as Record<string, FragmentDefinitionNode>;
  /** The variables on which it depends what is selected. */
  readonly #switches: ReadonlySet<string>;
  /** Undefined for one that cannot be compiled. */
  readonly #plans = new Map<string, OperationPlan | undefined>();

  constructor(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) {
    this.#schema = schema;
    this.#operation = operation;
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) {
        this.#fragments[definition.name.value] = definition;
      }
    }
    this.#switches = switchesOf(document);
  }

  /** An execution, not yet begun; undefined when graphql-js must do it. */
  run({ variables = {}, contextValue }: ExecutionRequest): Run | undefined {
    const definitions = this.#operation.variableDefinitions ?? [];
    // What is wrong with them, graphql-js will say: the first error is enough.
    const atFirst = { maxErrors: 0 };
    const { coerced } = getVariableValues(this.#schema, definitions, variables, atFirst);
    if (!coerced) return undefined;
    const plan = this.#planOf(coerced);
    return plan && new Run(plan, coerced, contextValue);
  }

  #planOf(variables: Record<string, unknown>): OperationPlan | undefined {
    const values = [...this.#switches].map((name) => [name, variables[name]]);
    const key = JSON.stringify(values);
    if (this.#plans.has(key)) return this.#plans.get(key);
    if (this.#plans.size >= MOST_PLANS) this.#plans.clear();
    const plan = this.#compile(Object.fromEntries(values));
    this.#plans.set(key, plan);
    return plan;
  }

  #compile(switches: Record<string, unknown>): OperationPlan | undefined {
    try {
      return new OperationPlan(this.#schema, this.#operation, this.#fragments, switches);
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
