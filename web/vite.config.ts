import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { componentStyles } from "./component-styles.ts";

/** Where `npm run dev` finds the API. */
const server = "http://127.0.0.1:4000";

export default defineConfig({
  plugins: [react(), componentStyles()],
  // Packages that lie at the root would find GraphiQL's React 18 there.
  resolve: { dedupe: ["react", "react-dom"] },
  server: { proxy: { "/graphql": server, "/api": server, "/lens/api": server } },
  build: {
    target: "es2022",
    manifest: true,
    // The policy of the page lets no data: URL in, and a file of its own is kept by its hash.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // What is loaded first is bounded by `npm run web:size`, as it travels.
    chunkSizeWarningLimit: 1000,
  },
});
