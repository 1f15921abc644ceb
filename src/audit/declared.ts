import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** What the migrations say of tables and functions: the catalog is held against it. */
export interface Declared {
  /** Table → what the server's role may do with its rows. */
  privileges: ReadonlyMap<string, readonly string[]>;
  /** Function → its body, as it was written last. */
  bodies: ReadonlyMap<string, string>;
}

/** The same path from src/audit and from dist/audit. */
const folder = fileURLToPath(new URL("../../src/db/migrations", import.meta.url));

/** Reads `CALL protect_tenant_table(…)` and every function's body out of the migrations, the last one wins. */
export function readDeclared(): Declared {
  const files = readdirSync(folder).filter((name) => name.endsWith(".sql"));
  const sql = files
    .sort()
    .map((name) => readFileSync(`${folder}/${name}`, "utf8"))
    .join("\n");
  const privileges = new Map<string, readonly string[]>();
  const calls = /^CALL protect_tenant_table\('(\w+)'(?:, '([^']+)')?\);/gm;
  for (const [, table = "", given = "SELECT, INSERT, UPDATE, DELETE"] of sql.matchAll(calls)) {
    privileges.set(table, given.split(", "));
  }
  const bodies = new Map<string, string>();
  const functions =
    /CREATE (?:OR REPLACE )?(?:FUNCTION|PROCEDURE) (?:\w+\.)?(\w+)\([^$]*?\bAS \$\$([^]*?)\$\$/g;
  for (const [, name = "", body = ""] of sql.matchAll(functions)) bodies.set(name, body);
  if (privileges.size === 0 || bodies.size === 0)
    throw new Error(`nothing is declared in ${folder}`);
  return { privileges, bodies };
}
