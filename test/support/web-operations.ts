import { readFileSync } from "node:fs";
import type { TestApp } from "./app.ts";
import { samplesFor, type Operation } from "./operations.ts";

const manifest = new URL("../../web/operations.manifest.json", import.meta.url);
const variables = new URL("../web-operations.variables.json", import.meta.url);

/** An operation that the dashboard sends, with the id under which it is trusted. */
export interface WebOperation extends Operation {
  id: string;
}

/** The operations that the dashboard sends, as its manifest has them. */
export function trustedWebOperations(): { id: string; name: string; type: string; body: string }[] {
  return JSON.parse(readFileSync(manifest, "utf8")).operations;
}

/**
 * The same with variables of test/web-operations.variables.json, by their names: in them samples stand for
 * the data, see {@link samplesFor}. Throws for an operation that has none there.
 */
export async function readWebOperations(app: TestApp): Promise<WebOperation[]> {
  const withSamples = await samplesFor(app);
  const known = withSamples(readFileSync(variables, "utf8")) as Record<
    string,
    Operation["variables"]
  >;
  return trustedWebOperations().map(({ id, name, body }) => {
    const given = known[name];
    if (!given) throw new Error(`test/web-operations.variables.json has nothing for ${name}`);
    return { id, name, document: body, variables: given };
  });
}
