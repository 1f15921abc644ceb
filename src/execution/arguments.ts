import { getArgumentValues, Kind, visit, type FieldNode, type GraphQLField } from "graphql";

type Variables = Readonly<Record<string, unknown>>;

/** How the arguments of a field come to their values. */
export interface Arguments {
  /** Whether they differ from request to request. */
  haveVariables: boolean;
  valuesFor(variables: Variables): object;
}

/** What is seen of the arguments once for all requests. */
export function argumentsOf(
  definition: GraphQLField<unknown, unknown>,
  node: FieldNode,
): Arguments {
  const onlyVariables = variablesOf(definition, node);
  return {
    haveVariables: haveVariables(node),
    valuesFor: (variables) =>
      (onlyVariables && given(onlyVariables, variables)) ??
      getArgumentValues(definition, node, variables),
  };
}

function haveVariables(node: FieldNode): boolean {
  let found = false;
  for (const argument of node.arguments ?? [])
    visit(argument, { Variable: () => void (found = true) });
  return found;
}

/** The variable of each argument; undefined when one is missing, or is anything else. */
function variablesOf(
  { args }: GraphQLField<unknown, unknown>,
  { arguments: nodes = [] }: FieldNode,
): ReadonlyMap<string, string> | undefined {
  const variables = new Map<string, string>();
  for (const { name } of args) {
    const value = nodes.find((argument) => argument.name.value === name)?.value;
    if (value?.kind !== Kind.VARIABLE) return undefined;
    variables.set(name, value.name.value);
  }
  return variables;
}

/** The arguments, when each variable has a value: that is coerced already. All else graphql-js knows. */
function given(onlyVariables: ReadonlyMap<string, string>, variables: Variables) {
  const values: Record<string, unknown> = {};
  for (const [name, variable] of onlyVariables) {
    const value = Object.hasOwn(variables, variable) ? variables[variable] : undefined;
    if (value === undefined || value === null) return undefined;
    values[name] = value;
  }
  return values;
}
