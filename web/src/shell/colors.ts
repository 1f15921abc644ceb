import { localStorageColorSchemeManager } from "@mantine/core";

const SYSTEM = "auto";

/** Keeps which colours were chosen. */
export const colorScheme = localStorageColorSchemeManager({ key: "socialhub.colors" });

/** Says which colours to use before anything is rendered: there is no flash of the others. */
export function showColors() {
  const chosen = colorScheme.get(SYSTEM);
  const isDark =
    chosen === SYSTEM ? matchMedia("(prefers-color-scheme: dark)").matches : chosen === "dark";
  document.documentElement.dataset["mantineColorScheme"] = isDark ? "dark" : "light";
}
