import { isThere, pointsOf, sizeOf, type Cost, type Inputs } from "../gates/cost.ts";
import { responseName } from "../gates/heaviest.ts";
import type { CostSet, Plan, Term } from "../gates/plan.ts";
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from "../page-size.ts";
import type { FieldCost } from "./wire.ts";

/** So many fields are told of at most; a document may spread its fragments into more. */
const MOST_FIELDS = 1_000;

/**
 * What each relation of an operation costs, by the gates' plan: the operation itself first, then level by level as
 * they stand in the document. What came of it is not known here.
 */
export function costByField(plan: Plan, cost: Cost, inputs: Inputs): FieldCost[] {
  const root: FieldCost = {
    path: "",
    coordinate: plan.root.type.name,
    kind: "operation",
    points: 0,
    pointsWithBelow: cost.complexity,
    nodes: cost.nodes,
    pageSize: null,
    statements: null,
    rows: null,
  };
  const fields = new Map([["", root]]);
  const pending: Pending[] = [{ set: plan.root, owner: root, objects: 1 }];
  for (const { set, owner, objects } of pending) {
    for (const term of set.terms) {
      if (!isThere(term, inputs) || fields.size > MOST_FIELDS) continue;
      const { kind, below } = term;
      if (kind === "object" || kind === "list" || kind === "connection") {
        const each = kind === "object" ? 1 : (sizeOf(term, inputs) ?? UNSIZED[kind]);
        const most = objects * Math.min(Math.max(each, 0), MAX_PAGE_SIZE);
        const costs = { points: pointsOf(term, inputs), below: cost.complexityOf[term.index] ?? 0 };
        const pageSize = sizeOf(term, inputs) ?? null;
        const field = add(fields, owner, set, { term, kind, most, pageSize, ...costs });
        if (below) pending.push({ set: below, owner: field, objects: most });
      } else {
        owner.points += pointsOf(term, inputs);
        if (below) pending.push({ set: below, owner, objects });
      }
    }
  }
  return [...fields.values()];
}

/** A selection set, the relation that it belongs to, and how many objects have it at most. */
interface Pending {
  set: CostSet;
  owner: FieldCost;
  objects: number;
}

/** As the gates count a relation that is given no size. */
const UNSIZED = { connection: DEFAULT_PAGE_SIZE, list: MAX_PAGE_SIZE };

/** A field that is selected twice at one place, as by edges and by nodes, counts twice there. */
function add(
  fields: Map<string, FieldCost>,
  owner: FieldCost,
  { type }: CostSet,
  found: {
    term: Term;
    kind: FieldCost["kind"];
    most: number;
    pageSize: number | null;
    points: number;
    below: number;
  },
): FieldCost {
  const { term, kind, most, pageSize, points, below } = found;
  const path = [owner.path, responseName(term)].filter(Boolean).join(".");
  const known = fields.get(path);
  if (known) {
    known.points += points;
    known.pointsWithBelow += below;
    known.nodes += most;
    return known;
  }
  const field: FieldCost = {
    path,
    coordinate: `${type.name}.${term.field?.name ?? ""}`,
    kind,
    points,
    pointsWithBelow: below,
    nodes: most,
    pageSize,
    statements: null,
    rows: null,
  };
  fields.set(path, field);
  return field;
}
