import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { buildSchema, isObjectType } from "graphql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const execute = promisify(execFile);

/** The script itself, for what needs no process of its own. */
const path = new URL("../scripts/new-entity.mjs", import.meta.url).href;
const script = (await import(path)) as {
  newEntity(words: string[]): { code: number; output: string };
};

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "socialhub-entity-"));
  for (const path of [
    "package.json",
    "tsconfig.json",
    "drizzle.config.ts",
    "schema.graphql",
    "clients",
    "src",
  ]) {
    await cp(path, join(root, path), { recursive: true });
  }
  await symlink(join(process.cwd(), "node_modules"), join(root, "node_modules"), "junction");
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Runs the generator on the copy. */
const newEntity = async (...words: string[]) => {
  const ended = execute(process.execPath, ["scripts/new-entity.mjs", "--root", root, ...words]);
  return ended.then(
    ({ stdout }) => ({ code: 0, output: stdout }),
    (error: { code: number; stderr: string }) => ({ code: error.code, output: error.stderr }),
  );
};

const read = (path: string) => readFile(join(root, path), "utf8");
/** Every file of the copy with its text. */
const everything = async () => {
  const names = await readdir(join(root, "src"), { recursive: true, withFileTypes: true });
  const files = names.filter((name) => name.isFile());
  return Promise.all(
    files.map(async (file) => {
      const path = join(file.parentPath, file.name);
      return [path, await readFile(path, "utf8")];
    }),
  );
};

describe("npm run new:entity", () => {
  it.each([
    ["no name", [], "the entity has no name; say npm run new:entity Campaign"],
    ["a name in lower case", ["campaign"], '"campaign" is no name like Campaign or PostTemplate'],
    ["a path", ["../Evil"], '"../Evil" is no name like'],
    ["two names", ["One", "Two"], "one entity at a time"],
    ["a plural that is none", ["Series", "--plural", "Series"], "Series is its own plural"],
    ["an unknown option", ["Campaign", "--force"], "Unknown option '--force'"],
    ["an entity that exists", ["Tag"], "src/schema/tag.graphql exists; nothing was changed"],
    ["a type that exists", ["PageInfo"], "the schema has a type PageInfo; nothing was changed"],
    ["a field that exists", ["Label", "--plural", "Tags"], "the schema has a field Query.tags"],
    ["a table that exists", ["Linking", "--plural", "PostTags"], "there is a table post_tags"],
  ])("refuses %s", async (_, words, message) => {
    const before = await everything();
    const { code, output } = script.newEntity(["--root", root, ...words]);
    expect(code).toBe(1);
    expect(output).toMatch(/^new:entity: /);
    expect(output).toContain(message);
    expect(await everything()).toEqual(before);
  });

  it("writes an entity that type-checks, and refuses to write it again", async () => {
    const { code, output } = await newEntity("PostTemplate");
    expect(code, output).toBe(0);
    const migration = /wrote (src\/db\/migrations\/\d{4}_post_templates\.sql)/.exec(output)?.[1];
    expect(output.match(/^wrote /gm)).toHaveLength(5);
    expect(output).toContain("Next:");

    const sql = await read(migration ?? "");
    expect(sql).toMatch(/CREATE TABLE "post_templates" \(\n\t"workspace_id" uuid NOT NULL/);
    expect(sql).toMatch(
      /--> statement-breakpoint\nCALL protect_tenant_table\('post_templates'\);\n$/,
    );

    const schema = buildSchema(await read("schema.graphql"));
    const type = schema.getType("PostTemplate");
    expect(isObjectType(type) && type.getInterfaces().map(({ name }) => name)).toEqual(["Node"]);
    const field = schema.getQueryType()?.getFields()["postTemplates"];
    expect(String(field?.type)).toBe("PostTemplateConnection");
    expect(field?.args.map(({ name }) => name)).toEqual([
      "first",
      "after",
      "last",
      "before",
      "orderBy",
    ]);
    expect(field?.description).toBe(
      "The workspace's post templates. Needs the permission READ_CONTENT.",
    );

    const build = await read("src/schema/build.ts");
    expect(build).toContain('import { postTemplate } from "../resolvers/post-template.ts";\n');
    expect(build).toMatch(/\n {2}post,\n {2}postTemplate,\n/);

    const compiler = join("node_modules", "typescript", "bin", "tsc");
    // One thread takes half the processor's time of many that each check a part.
    const types = "-p tsconfig.types.json --noEmit --singleThreaded";
    await writeFile(
      join(root, "tsconfig.types.json"),
      JSON.stringify({ extends: "./tsconfig.json", include: ["src"] }),
    );
    // A third of that would go into collecting the garbage of a program that ends anyway.
    const environment = { ...process.env, GOGC: "off" };
    await execute(process.execPath, [compiler, ...types.split(" ")], {
      cwd: root,
      env: environment,
    }).catch((error: { stdout: string }) => expect.fail(error.stdout));
    const written = output.match(/(?<=^wrote )\S+\.ts$/gm) ?? [];
    const formatter = join("node_modules", "oxfmt", "bin", "oxfmt");
    const paths = [...written, "src/schema/build.ts"];
    await cp(".oxfmtrc.json", join(root, ".oxfmtrc.json"));
    await execute(process.execPath, [formatter, "--check", ...paths], { cwd: root }).catch(
      (error: { stdout: string }) => expect.fail(error.stdout),
    );

    const again = script.newEntity(["--root", root, "PostTemplate"]);
    expect(again.code).toBe(1);
    expect(again.output).toContain("post-template.graphql exists; nothing was changed");
  });

  it("takes everything back when a step fails", async () => {
    // The generator of types cannot read what somebody left there.
    const broken = join(root, "src/schema/broken.graphql");
    await cp("package.json", broken);
    const before = await everything();
    const { code, output } = script.newEntity(["--root", root, "Campaign"]);
    expect(code).toBe(1);
    expect(output).toContain("failed, and everything was taken back");
    expect(await everything()).toEqual(before);
    await rm(broken);
  });
});
