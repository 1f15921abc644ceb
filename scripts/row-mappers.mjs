import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { isObjectType } from "graphql";

// Convention over a list: `export type PostRow` in db/tables/post.ts is what a resolver of Post gets.
function findRowTypes(root) {
  const folder = join(root, "src/db/tables");
  const rows = new Map();
  for (const file of existsSync(folder) ? readdirSync(folder).sort() : []) {
    if (!file.endsWith(".ts")) continue;
    const text = readFileSync(join(folder, file), "utf8");
    for (const [, name] of text.matchAll(/^export (?:type|interface) (\w+)Row\b/gm)) {
      if (rows.has(name))
        throw new Error(`${name}Row is exported by ${rows.get(name)} and ${file}`);
      rows.set(name, file);
    }
  }
  return rows;
}

/** Which TypeScript type stands behind each GraphQL type that has a row, and behind its connection. */
export function mappersFor(schema, root) {
  const mappers = {};
  const isObject = (name) => isObjectType(schema.getType(name));
  for (const [name, file] of findRowTypes(root)) {
    if (!isObject(name)) continue;
    mappers[name] = `../db/tables/${file}#${name}Row`;
    for (const generic of ["Connection", "Edge"]) {
      if (isObject(name + generic))
        mappers[name + generic] = `../loaders/connection-page.ts#${generic}<${name}Row>`;
    }
  }
  return mappers;
}
