import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Plugin } from "vite";

const styles = join(
  dirname(createRequire(import.meta.url).resolve("@mantine/core/styles.css")),
  "styles",
);
// One of them, which others are made of, does not lie among the components.
const COMPONENT = /@mantine\/core\/esm\/(?:components|utils)\/.*?(\w+)\/\1\.mjs$/;

/**
 * Gives each of Mantine's components its own styles, which then load with the code that uses it: all of them
 * together are a fifth of the first load. For builds; src/main.tsx has the development server load them all.
 */
export const componentStyles = (): Plugin => ({
  name: "component-styles",
  apply: "build",
  transform(code, id) {
    const name = COMPONENT.exec(id)?.[1];
    if (name === undefined || !existsSync(join(styles, `${name}.css`))) return undefined;
    // Behind what the component imports: its own styles come after those that it builds upon.
    return { code: `${code}\nimport "@mantine/core/styles/${name}.css";`, map: null };
  },
});
