#!/usr/bin/env -S node --conditions=parlance-source
// Plain JavaScript: an older Node must be able to read why it cannot run the rest.
import module from "node:module";
import { fileURLToPath } from "node:url";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 24 || (major === 24 && minor < 15)) {
  process.stderr.write(
    `parlance: needs Node 24.15 or newer, and this is ${process.version}: \`npx parlance\` finds the one that came with it\n`,
  );
  process.exit(1);
}
// Halves the start of short commands.
module.enableCompileCache?.(
  fileURLToPath(new URL("../../../node_modules/.cache/compile", import.meta.url)),
);
await import("../src/main.ts");
