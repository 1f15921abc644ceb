import {
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type FieldNode,
  type InlineFragmentNode,
  type NameNode,
  type SelectionSetNode,
} from "graphql";
import depthLimit from "graphql-depth-limit";
import { isWrapper, type MeasuredOperation } from "./operation.ts";

/** How many entity levels an operation has, and the path that has them. */
export interface Depth {
  depth: number;
  /** The deepest path, without Relay's wrappers. */
  path: string[];
}

/**
 * Measures with graphql-depth-limit on a document in which Relay's wrappers are inline fragments,
 * so that edges and nodes count the same. Its own `ignore` option would mean "do not look": what
 * lies below an ignored field scores nothing.
 *
 * Only for documents that passed validation with a bound on their selections: the package follows
 * every spread again and does not stop in a cycle.
 */
export function measureDepth(measured: MeasuredOperation): Depth {
  const document = withoutWrappers(measured);
  let depth = 0;
  const rule = depthLimit(Number.MAX_SAFE_INTEGER, {}, (depths: Record<string, number>) => {
    depth = Math.max(0, ...Object.values(depths));
  });
  rule({ getDocument: () => document, reportError() {} });
  return { depth, path: deepestPath(document) };
}

/** Names are replaced too: the package keeps them as keys of plain objects, where `__proto__` is none. */
function withoutWrappers({ schema, operation, fragments }: MeasuredOperation): DocumentNode {
  const names = new Map([...fragments.keys()].map((name, index) => [name, `fragment${index}`]));
  const rename = (name: string) => ({ kind: Kind.NAME as const, value: names.get(name) ?? name });
  const typeInfo = new TypeInfo(schema);
  // By their names' nodes: `visit` hands over an edited field as a copy.
  const wrappers = new Set<NameNode>();

  const document: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: [{ ...operation, name: undefined }, ...fragments.values()],
  };
  return visit(
    document,
    visitWithTypeInfo(typeInfo, {
      Field: {
        enter(field) {
          const parent = typeInfo.getParentType()?.name ?? "";
          if (isWrapper(parent, field.name.value)) wrappers.add(field.name);
        },
        leave: (field) =>
          field.selectionSet && wrappers.has(field.name)
            ? inlineFragment(field, field.selectionSet)
            : undefined,
      },
      FragmentSpread: (spread) => ({ ...spread, name: rename(spread.name.value) }),
      FragmentDefinition: {
        leave: (fragment) => ({ ...fragment, name: rename(fragment.name.value) }),
      },
    }),
  );
}

const inlineFragment = (field: FieldNode, selectionSet: SelectionSetNode): InlineFragmentNode => ({
  kind: Kind.INLINE_FRAGMENT,
  directives: field.directives ?? [],
  selectionSet,
});

function deepestPath(document: DocumentNode): string[] {
  const fragments = new Map<string, SelectionSetNode>();
  let root: SelectionSetNode | undefined;
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) root = definition.selectionSet;
    if (definition.kind === Kind.FRAGMENT_DEFINITION) {
      fragments.set(definition.name.value, definition.selectionSet);
    }
  }

  const known = new Map<SelectionSetNode, string[]>();
  const below = (set: SelectionSetNode): string[] => {
    const found = known.get(set);
    if (found) return found;
    let longest: string[] = [];
    for (const selection of set.selections) {
      const path = pathOf(selection);
      if (path.length > longest.length) longest = path;
    }
    known.set(set, longest);
    return longest;
  };
  const pathOf = (selection: SelectionSetNode["selections"][number]): string[] => {
    if (selection.kind === Kind.INLINE_FRAGMENT) return below(selection.selectionSet);
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      const set = fragments.get(selection.name.value);
      return set ? below(set) : [];
    }
    if (!selection.selectionSet || selection.name.value.startsWith("__")) return [];
    return [(selection.alias ?? selection.name).value, ...below(selection.selectionSet)];
  };
  return root ? below(root) : [];
}
