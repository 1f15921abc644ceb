import "@mantine/core/styles/baseline.css";
import "@mantine/core/styles/default-css-variables.css";
import "@mantine/core/styles/global.css";
import "@mantine/notifications/styles.css";
import "./style.css";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import { showColors } from "./shell/colors.ts";
import { styleNonce } from "./style-nonce.ts";
import { loadTexts } from "./text/text.tsx";

declare global {
  var __webpack_nonce__: string;
}

// In a build each component brings its own: web/component-styles.ts.
if (import.meta.env.DEV) await import("@mantine/core/styles.css");

// react-remove-scroll, which stands below Mantine's dialogs, asks for its nonce under this name.
globalThis.__webpack_nonce__ = styleNonce();
showColors();

const root = document.getElementById("root");
if (!root) throw new Error("the page has no #root");
const first = await loadTexts();
createRoot(root).render(<App first={first} />);
