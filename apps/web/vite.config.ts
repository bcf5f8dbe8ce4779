/** Two pages: the messenger and what operators see. Nothing inline, every asset named after what is in it. */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here("."),
  base: "/",
  logLevel: "warn",
  resolve: { conditions: ["parlance-source", "browser", "module", "import", "default"] },
  // React reads it, and leaves its warnings out.
  define: { "process.env.NODE_ENV": JSON.stringify("production") },
  build: {
    outDir: here("dist"),
    emptyOutDir: true,
    // All of them know light-dark(), locks and IndexedDB with durability.
    target: ["chrome123", "firefox121", "safari17.5"],
    assetsInlineLimit: 0, // data: URLs are not in the policy
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1_000,
    rolldownOptions: {
      input: { index: here("index.html"), admin: here("admin.html") },
    },
  },
});
