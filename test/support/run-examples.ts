import { execFile, spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { DemoAccess } from "../../src/commands/demo.ts";
import { root, type Example } from "./examples.ts";

/** What an example printed. */
export interface Printed {
  output: string;
  code: number;
}

/** Where a page's examples are run. */
export interface Place {
  /** A folder of the page's own. */
  folder: string;
  /** The server's address, for `http://localhost:4000` in the examples. */
  url: string;
  /** The key that `$SOCIALHUB_KEY` holds, and `.data/demo.json`. */
  key: string;
  /** The people of `.data/demo.json`. */
  people: DemoAccess["people"];
}

const MARK = "--- the end of example";

const TIMEOUT_MS = 20_000;

/** Whether an example calls npm, which would install packages or start servers. */
export const isNpm = ({ kind, text }: Example) => kind === "sh" && /\bnp[mx] /.test(text);

/** Runs a page's shell examples one after the other in one shell, as a reader does. */
export async function runShell(
  examples: readonly Example[],
  { folder, url, key, people }: Place,
  { withoutCurl = !hasCurl() } = {},
): Promise<Printed[]> {
  mkdirSync(join(folder, ".data"), { recursive: true });
  writeFileSync(join(folder, ".data/demo.json"), JSON.stringify({ keys: [{ key }], people }));
  const script = examples.map(
    ({ text }) =>
      `${text.replaceAll("http://localhost:4000", url)}\nprintf '\\n%s %s\\n' '${MARK}' $?`,
  );
  const path = withoutCurl
    ? `${standInForCurl(folder)}:${process.env["PATH"]}`
    : process.env["PATH"];
  const environment = { ...process.env, SOCIALHUB_KEY: key, PATH: path };
  return split(examples, await run("sh", ["-c", script.join("\n")], folder, environment));
}

/** Runs a page's TypeScript examples as one module. They were compiled by {@link compile}. */
export async function runModule(
  examples: readonly Example[],
  page: string,
  { folder, url, key }: Place,
): Promise<Printed[]> {
  const compiled = join(folder, `${moduleName(page)}.js`);
  writeFileSync(compiled, readFileSync(compiled, "utf8").replaceAll("http://localhost:4000", url));
  const environment = { ...process.env, SOCIALHUB_KEY: key };
  return split(examples, await run(process.execPath, [compiled], folder, environment));
}

/** Checks and compiles the TypeScript examples of pages; answers with what the compiler says. */
export function compile(
  pages: { name: string; examples: readonly Example[] }[],
  folder: string,
): Promise<string> {
  for (const { name, examples } of pages) {
    const text = examples
      .map((example) => `${example.text}\nconsole.log("\\n${MARK} 0");`)
      .join("\n");
    writeFileSync(join(folder, `${moduleName(name)}.ts`), text);
  }
  copyFileSync(join(root, "clients/apollo/type-policies.ts"), join(folder, "type-policies.ts"));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "junction");
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  const options = { noEmit: false, sourceMap: false, typeRoots: ["node_modules/@types"] };
  const config = {
    extends: join(root, "tsconfig.json"),
    compilerOptions: options,
    include: ["*.ts"],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  const compiler = join(root, "node_modules/.bin/tsc");
  return new Promise((resolve) => {
    execFile(compiler, ["-p", folder], (error, stdout) =>
      resolve(error && !stdout ? error.message : stdout),
    );
  });
}

const moduleName = (page: string) => page.replaceAll(/\W+/g, "-");

/** Not spawnSync: the server that answers is in this process. */
function run(command: string, words: string[], cwd: string, env: NodeJS.ProcessEnv) {
  return new Promise<string>((resolve) => {
    execFile(command, words, { cwd, env, timeout: TIMEOUT_MS }, (_, stdout, stderr) =>
      resolve(`${stdout}${stderr && `\nstderr: ${stderr}`}`),
    );
  });
}

/** The part of each example in what all of them printed; an example that was not reached printed the rest. */
function split(examples: readonly Example[], printed: string): Printed[] {
  const parts = printed.split(new RegExp(`\\n${MARK} (\\d+)\\n`));
  return examples.map((_, index) => ({
    output: parts[2 * index] ?? `not reached: ${parts.at(-1)}`,
    code: Number(parts[2 * index + 1] ?? 1),
  }));
}

const hasCurl = () => spawnSync("curl", ["--version"]).status === 0;

/** A folder for PATH with a `curl` that is ours. */
function standInForCurl(folder: string): string {
  const bin = join(folder, "bin");
  mkdirSync(bin, { recursive: true });
  const script = join(root, "test/support/curl.mjs");
  writeFileSync(join(bin, "curl"), `#!/bin/sh\nexec "${process.execPath}" "${script}" "$@"\n`);
  chmodSync(join(bin, "curl"), 0o755);
  return bin;
}
