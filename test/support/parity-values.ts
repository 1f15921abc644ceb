import { isEnumType, type GraphQLEnumType, type GraphQLScalarType } from "graphql";
import { toGlobalId } from "../../src/loaders/global-id.ts";
import type { World } from "./fixtures.ts";
import type { Random } from "./random.ts";

/** Tables of the types that are found by their ids. */
const TABLES: Record<string, string> = {
  Account: "accounts",
  ApiKey: "api_keys",
  AuditLogEntry: "audit_log_entries",
  Comment: "comments",
  Contact: "contacts",
  Invitation: "invitations",
  Media: "media",
  Member: "members",
  Post: "posts",
  Tag: "tags",
};

/** Types of rows. */
export const rowTypes = Object.keys(TABLES);

/** Global id of the row of a type on which others hang; undefined for what is no object. */
export function hubOf(world: World, type: string): string | undefined {
  if (type === "Workspace") return toGlobalId(type, world.workspaceId);
  const table = TABLES[type];
  return table && toGlobalId(type, String(world.rows(table)[0]?.["id"]));
}

/** Of what values are made. */
export interface Known {
  /** The workspace of who asks. */
  own: World;
  other: World;
  /** By the name of their connection. */
  cursors: ReadonlyMap<string, readonly string[]>;
}

const MISSING = "0190a0c0-0000-7000-8000-000000000000";
const NO_IDS = ["", "x", "QWNjb3VudDo", "UG9zdA==", toGlobalId("Query", MISSING)];
const NO_CURSORS = ["", "x", "WzEsIiJd"];
const TEXTS = ["Zoë", "", "漢字 🎈"];
const MOMENTS = [
  "2026-03-01T09:30:00.123Z",
  "2026-03-01T10:30:00.1234+01:00",
  "0999-01-01T00:00:00Z",
];

/** A value of an argument or of a field of an input; mostly one that finds something. */
export function leafOf(
  random: Random,
  type: GraphQLScalarType | GraphQLEnumType,
  place: string,
  known: Known,
): unknown {
  const pick = <Value>(values: readonly Value[]) => values[random(0, values.length - 1)]!;
  if (isEnumType(type)) return pick(type.getValues()).name;
  switch (type.name) {
    case "Boolean":
      return random(0, 1) === 0;
    case "Int":
      return random(0, 9) > 0 ? random(0, 4) : pick([-1, 100, 101, 2_147_483_647]);
    case "DateTime":
      return pick(MOMENTS);
    case "ID":
      return idFor(random, place, known);
    default: {
      const [, connection, argument] = /^(.*)\.(\w+)$/.exec(place) ?? [];
      if (argument !== "after" && argument !== "before") return pick(TEXTS);
      const own = known.cursors.get(connection ?? "") ?? [];
      if (own.length > 0 && random(0, 3) > 0) return pick(own);
      return pick([...NO_CURSORS, pick([...known.cursors.values()].flat())]);
    }
  }
}

/** Mostly of a row of the type that is asked for; else of any, of another workspace, of nothing, or no id at all. */
function idFor(random: Random, place: string, { own, other }: Known): string {
  const lot = random(0, 29);
  if (lot === 0) return NO_IDS[random(0, NO_IDS.length - 1)]!;
  const [, field = "", argument = ""] = place.split(".");
  const meant = rowTypes.find((type) => {
    const word = type.charAt(0).toLowerCase() + type.slice(1);
    return field === word || [field, argument].some((name) => name.startsWith(`${word}Id`));
  });
  const types = [...rowTypes, "Workspace"];
  const type = meant !== undefined && lot < 28 ? meant : types[random(0, types.length - 1)]!;
  if (lot === 1) return toGlobalId(type, MISSING);
  const world = lot === 2 ? other : own;
  if (type === "Workspace") return toGlobalId(type, world.workspaceId);
  const rows = world.rows(TABLES[type]!);
  // Every other time one on which others hang.
  const row = rows[random(0, 1) === 0 ? 0 : random(0, rows.length - 1)];
  return toGlobalId(type, String(row?.["id"]));
}
