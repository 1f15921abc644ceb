// What changed between two schemas, and whether a version may bring it.
import { CriticalityLevel, diff } from "@graphql-inspector/core";
import { buildSchema } from "graphql";

const kinds = {
  [CriticalityLevel.Breaking]: "breaking",
  [CriticalityLevel.Dangerous]: "dangerous",
  [CriticalityLevel.NonBreaking]: "safe",
};

/**
 * The changes from one SDL to another, the breaking ones first: `kind` is breaking, dangerous or safe,
 * `path` a coordinate such as `Post.body`, `isText` whether only a description changed.
 */
export async function changesBetween(releasedSdl, sdl) {
  const found = await diff(buildSchema(releasedSdl), buildSchema(sdl));
  const changes = found.filter(isOwn).map(({ criticality, message, path, type }) => ({
    kind: kinds[criticality.level],
    path: path?.replace(/\.@deprecated.*$/, "") ?? "schema",
    message: message.trim(),
    isText: isText(type),
  }));
  return Object.values(kinds).flatMap((kind) => changes.filter((change) => change.kind === kind));
}

const isText = (type) => type.includes("DESCRIPTION");

/** Not said by another change: what is new brings its parts and its description with it. */
function isOwn({ path, type }, _, all) {
  // A deprecation comes once more as a use of its directive.
  if (type.startsWith("DIRECTIVE_USAGE")) return false;
  const [typeName, ...rest] = path?.split(".") ?? [];
  const isNew = (candidate, kind) => all.some((one) => one.path === candidate && kind(one.type));
  if (rest.length > 0 && isNew(typeName, (kind) => kind === "TYPE_ADDED")) return false;
  return !isText(type) || !isNew(path, (kind) => kind.endsWith("_ADDED") && !isText(kind));
}

/**
 * Whether a version may break what another one promised: when its major number is larger. Before
 * 1.0.0 the minor number stands for the major one.
 */
export function mayBreak(releasedVersion, version) {
  const [major, minor] = numbersOf(version);
  const [releasedMajor, releasedMinor] = numbersOf(releasedVersion);
  if (major !== releasedMajor) return major > releasedMajor;
  return major === 0 && minor > releasedMinor;
}

function numbersOf(version) {
  const found = /^(\d+)\.(\d+)\.\d+/.exec(version);
  if (!found) throw new Error(`the version is ${version}; it must be MAJOR.MINOR.PATCH`);
  return [Number(found[1]), Number(found[2])];
}

/** What a snapshot of a release holds. */
export function readSnapshot(text) {
  const version = /^# The schema of version (\d+\.\d+\.\d+)/.exec(text)?.[1];
  if (!version)
    throw new Error("the first line of the snapshot does not say of which version it is");
  return { version, sdl: text };
}

export const snapshotOf = (version, sdl) =>
  `# The schema of version ${version}, written by \`npm run schema:diff -- --release\`: what later ones are compared with.\n\n${sdl}`;
