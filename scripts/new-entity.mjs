// Writes the four small files of a new entity, its migration and its word in the list of the schema.
//   npm run new:entity Campaign [-- --plural Campaigns] [--root DIR]
// A name and a moment are a beginning: edit all four files. Nothing is overwritten; what fails is taken back.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { buildSchema } from "graphql";

const home = join(dirname(fileURLToPath(import.meta.url)), "..");
const usage = "npm run new:entity Campaign, or npm run new:entity -- Series --plural AllSeries";

/** What is wrong with the call, or with the place: a line for whoever typed it. */
class Refusal extends Error {}

const PASCAL = /^[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]+)*$/;
const camel = (name) => name[0].toLowerCase() + name.slice(1);
const joined = (name, by) => name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, by).toLowerCase();

function pluralOf(name) {
  if (/[^aeiou]y$/.test(name)) return `${name.slice(0, -1)}ies`;
  return /(s|x|z|ch|sh)$/.test(name) ? `${name}es` : `${name}s`;
}

/** The entity's name in every spelling that the files need. */
function namesOf(name, plural = pluralOf(name ?? "")) {
  if (name === undefined) throw new Refusal(`the entity has no name; say ${usage}`);
  for (const word of [name, plural]) {
    if (PASCAL.test(word)) continue;
    throw new Refusal(
      `${JSON.stringify(word)} is no name like Campaign or PostTemplate; say ${usage}`,
    );
  }
  if (name === plural)
    throw new Refusal(`${name} is its own plural; say another one with --plural`);
  return {
    type: name,
    word: camel(name),
    list: camel(plural),
    file: joined(name, "-"),
    table: joined(plural, "_"),
    singular: joined(name, " "),
    several: joined(plural, " "),
  };
}

const filesOf = ({ type, word, list, file, table, singular, several }) => ({
  [`src/schema/${file}.graphql`]: `"${/^[aeiou]/.test(singular) ? "An" : "A"} ${singular} of the workspace."
type ${type} implements Node @requiresPermission(permission: READ_CONTENT) {
  "Global id."
  id: ID!
  "Name of the ${singular}."
  name: String!
  "When the ${singular} was made."
  createdAt: DateTime!
}

"Orderings of ${several}."
enum ${type}Order {
  "The latest first."
  NEWEST_FIRST
  "The earliest first."
  OLDEST_FIRST
}

extend type Query {
  "The workspace's ${several}."
  ${list}("In which order." orderBy: ${type}Order! = NEWEST_FIRST): ${type}Connection
    @requiresPermission(permission: READ_CONTENT)
}
`,
  [`src/db/tables/${file}.ts`]: `import { foreignKey, index, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { createdAt, id, workspaceId } from "./columns.ts";
import { workspaces } from "./workspace.ts";

/** The ${several} of a workspace. */
export const ${list} = pgTable(
  "${table}",
  {
    workspaceId: workspaceId(),
    id: id(),
    name: text("name").notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.workspaceId, table.id] }),
    foreignKey({ columns: [table.workspaceId], foreignColumns: [workspaces.workspaceId] }),
    index("${table}_by_creation").on(table.workspaceId, table.createdAt, table.id),
  ],
);

export type ${type}Row = typeof ${list}.$inferSelect;
`,
  [`src/loaders/${file}.ts`]: `import { ${list}, type ${type}Row } from "../db/tables/${file}.ts";
import { byId } from "./by-id.ts";
import { connection } from "./connection.ts";

export const ${word}ById = byId<${type}Row>("${word}ById", ${list});

export const ${list}OfWorkspace = connection<${type}Row>({
  name: "Query.${list}",
  table: ${list},
  orders: {
    NEWEST_FIRST: { by: ${list}.createdAt, direction: "desc" },
    OLDEST_FIRST: { by: ${list}.createdAt, direction: "asc" },
  },
});
`,
  [`src/resolvers/${file}.ts`]: `import { ${word}ById, ${list}OfWorkspace } from "../loaders/${file}.ts";
import type { Resolvers } from "../schema/types.generated.ts";
import { nodeId } from "./node.ts";

export const ${word} = {
  Query: {
    ${list}: (_, args, context) => ${list}OfWorkspace(context, args),
  },
  ${type}: {
    id: nodeId("${type}", ${word}ById, (row) => row.id),
  },
} satisfies Resolvers;
`,
});

/** Throws when anything of the entity is there already: nothing is ever overwritten. */
function refuseWhatIsThere(root, names, files) {
  for (const path of Object.keys(files)) {
    if (existsSync(join(root, path))) throw new Refusal(`${path} exists; nothing was changed`);
  }
  const schema = buildSchema(readFileSync(join(root, "schema.graphql"), "utf8"));
  for (const type of [names.type, `${names.type}Order`, `${names.type}Connection`]) {
    if (schema.getType(type))
      throw new Refusal(`the schema has a type ${type}; nothing was changed`);
  }
  if (schema.getQueryType().getFields()[names.list]) {
    throw new Refusal(`the schema has a field Query.${names.list}; nothing was changed`);
  }
  const tables = readdirSync(join(root, "src/db/tables"))
    .map((name) => readFileSync(join(root, "src/db/tables", name), "utf8"))
    .join("\n");
  if (tables.includes(`"${names.table}",\n`)) {
    throw new Refusal(`there is a table ${names.table}; nothing was changed`);
  }
}

/** build.ts with one more import and one more word in its list, both in alphabetical order. */
function withEntity(text, { word, file }) {
  const imports = [...text.matchAll(/^import \{ \w+ \} from "\.\.\/resolvers\/[\w-]+\.ts";\n/gm)];
  const list = /^const entities = \[\n((?: {2}\w+,\n)+)\];\n/m.exec(text);
  if (imports.length === 0 || !list) {
    throw new Refusal(
      "src/schema/build.ts has no list of entities as it used to have; nothing was changed",
    );
  }
  const first = imports[0].index;
  const last = imports.at(-1);
  const line = `import { ${word} } from "../resolvers/${file}.ts";\n`;
  const sorted = [...imports.map(([each]) => each), line].sort((one, two) => {
    const path = (each) => each.slice(each.indexOf('"'));
    return path(one) < path(two) ? -1 : 1;
  });
  const words = [...list[1].split("\n").filter(Boolean), `  ${word},`].sort();
  return `${text.slice(0, first)}${sorted.join("")}${text.slice(last.index + last[0].length)}`.replace(
    list[0],
    `const entities = [\n${words.join("\n")}\n];\n`,
  );
}

function run(root, script, ...words) {
  // No stdin: drizzle-kit asks when a table looks renamed, and would wait for ever.
  const ended = spawnSync(process.execPath, [script, ...words], {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 60_000,
  });
  if (ended.status === 0) return;
  throw new Refusal(
    `${script} failed, and everything was taken back:\n${ended.stdout}${ended.stderr}`,
  );
}

/** Makes the migration of the new table, with the line that protects it at its end. */
function addMigration(root, { table }) {
  const folder = join(root, "src/db/migrations");
  const before = new Set(readdirSync(folder));
  run(root, "node_modules/drizzle-kit/bin.cjs", "generate", "--name", table);
  const added = readdirSync(folder).find((name) => name.endsWith(".sql") && !before.has(name));
  if (!added) throw new Refusal("drizzle-kit wrote no migration, and everything was taken back");
  const path = join(folder, added);
  const sql = readFileSync(path, "utf8").trimEnd();
  writeFileSync(path, `${sql}\n--> statement-breakpoint\nCALL protect_tenant_table('${table}');\n`);
  return `src/db/migrations/${added}`;
}

/** What a run may change besides the files of the entity, to be put back when it fails. */
const SHARED = [
  "src/schema/build.ts",
  "src/schema/type-defs.generated.ts",
  "src/schema/types.generated.ts",
  "schema.graphql",
  "clients/apollo/type-policies.ts",
  "src/db/migrations/meta/_journal.json",
];

function addEntity(root, names) {
  const files = filesOf(names);
  refuseWhatIsThere(root, names, files);
  const before = new Map(SHARED.map((path) => [path, readFileSync(join(root, path), "utf8")]));
  const build = withEntity(before.get("src/schema/build.ts"), names);
  const migrations = () => readdirSync(join(root, "src/db/migrations"), { recursive: true });
  const oldMigrations = new Set(migrations());
  try {
    for (const [path, text] of Object.entries(files)) writeFileSync(join(root, path), text);
    writeFileSync(join(root, "src/schema/build.ts"), build);
    const migration = addMigration(root, names);
    run(root, join(home, "scripts/generate.mjs"), "--root", root);
    return [...Object.keys(files), migration];
  } catch (error) {
    for (const path of Object.keys(files)) rmSync(join(root, path), { force: true });
    for (const name of migrations()) {
      if (!oldMigrations.has(name)) rmSync(join(root, "src/db/migrations", name), { force: true });
    }
    for (const [path, text] of before) writeFileSync(join(root, path), text);
    throw error;
  }
}

/** Does what the words of the command line say: what to print, and whether it was refused. */
export function newEntity(words) {
  try {
    const { values, positionals } = parseArgs({
      args: words,
      options: { plural: { type: "string" }, root: { type: "string" } },
      allowPositionals: true,
    });
    if (positionals.length > 1) throw new Refusal(`one entity at a time; say ${usage}`);
    const names = namesOf(positionals[0], values.plural);
    const written = addEntity(values.root ?? home, names);
    return { code: 0, output: report(names, written) };
  } catch (error) {
    const isOurs = error instanceof Refusal || error?.code?.startsWith("ERR_PARSE_ARGS");
    if (!isOurs) throw error;
    return { code: 1, output: `new:entity: ${error.message}` };
  }
}

const report = ({ word, table }, written) => `${written.map((path) => `wrote ${path}`).join("\n")}
added ${word} to src/schema/build.ts, and generated what follows from the schema

Next:
  1. Give it what it is for: columns in the table, fields in the SDL under the same names.
     After a change of the table delete ${written.at(-1)} with its entry in meta, and run
     npx drizzle-kit generate; its last line is CALL protect_tenant_table('${table}').
  2. Decide on its permission: it reads with READ_CONTENT now.
  3. npm run generate, npm run migrate, npm run check; socialhub audit rls attacks it already.`;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { code, output } = newEntity(process.argv.slice(2));
  (code === 0 ? console.log : console.error)(output);
  process.exitCode = code;
}
