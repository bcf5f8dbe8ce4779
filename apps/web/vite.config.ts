/** Two pages: the messenger and what operators see. Nothing inline, every asset named after what is in it. */
import { fileURLToPath } from "node:url";
import { defineConfig, type InlineConfig, type Plugin } from "vite";
import { firstParts } from "./bundle/chunks.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Of what react-aria says in some thirty languages, those that the pages speak. */
const spokenOnly: Plugin = {
  name: "spoken languages only",
  enforce: "pre",
  load: (id) =>
    /\/react-aria(?:-components)?\/dist\/(?:private\/)?intl\/.*\/(?!en-US|de-DE)\w{2}-\w{2}\.mjs$/.test(
      id,
    )
      ? "export default {};"
      : undefined,
};

/** A module is in one part alone: what is seldom needed of one that comes first is taken from a copy of it. */
const seldomNeeded: Plugin = {
  name: "copies of what is seldom needed",
  enforce: "pre",
  async resolveId(source, importer) {
    if (importer?.endsWith("/every-hash.ts") !== true || !source.startsWith("@noble/")) return null;
    const found = await this.resolve(source, importer, { skipSelf: true });
    return found === null ? null : `${found.id}?copy`;
  },
};

const pages = {
  plugins: [spokenOnly, seldomNeeded],
  root: here("."),
  base: "/",
  logLevel: "warn",
  resolve: {
    conditions: ["parlance-source", "browser", "module", "import", "default"],
  },
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
} satisfies InlineConfig;

export default defineConfig(async () => {
  const { rolldownOptions } = pages.build;
  const name = await firstParts(pages);
  const groups = [{ name, debugName: "first parts", includeDependenciesRecursively: false }];
  return {
    ...pages,
    build: {
      ...pages.build,
      rolldownOptions: { ...rolldownOptions, output: { codeSplitting: { groups } } },
    },
  };
});
