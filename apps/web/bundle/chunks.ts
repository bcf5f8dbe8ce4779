/** Which parts the pages are cut into: few that come first, for a compressor says again in each what it knows from none. */
import { build, type InlineConfig, type Rolldown } from "vite";

/** The parts that a browser needs before the first message; everything else keeps the part that the bundler gives it. */
export const FIRST_PARTS = ["shared", "messenger", "client"] as const;

type PartOf = (module: string) => (typeof FIRST_PARTS)[number] | null;
type Chunks = ReadonlyMap<string, Rolldown.OutputChunk>;

/** Who needs what is known when a build has left out what nobody uses: hence one to look at, before the one to keep. */
export async function firstParts(config: InlineConfig): Promise<PartOf> {
  const options = { ...config.build, write: false, minify: false };
  const made = await build({ ...config, configFile: false, build: options });
  if (Array.isArray(made) || !("output" in made)) throw new Error("one build, not several");
  const chunks = new Map(
    made.output.flatMap((one) => (one.type === "chunk" ? [[one.fileName, one]] : [])),
  );
  const behind = (...ends: readonly string[]) => modulesBehind(chunks, ends, ["imports"]);
  const messenger = behind("/messenger/main.tsx");
  // Whatever it may ever need: the part of the messenger begins the messenger when it is loaded.
  const admin = modulesBehind(chunks, ["/admin/main.tsx"], ["imports", "dynamicImports"]);
  // What the server keeps is asked for at once.
  const client = behind("/web/connect-in-page.ts", "/history/later.ts");
  return (module) => {
    if (messenger.has(module)) return admin.has(module) ? "shared" : "messenger";
    return client.has(module) ? "client" : null;
  };
}

/** Modules of the chunks with modules that end so, and of all that those import, from the start or later. */
function modulesBehind(
  chunks: Chunks,
  ends: readonly string[],
  how: readonly ("imports" | "dynamicImports")[],
): ReadonlySet<string> {
  const seen = new Set<string>();
  for (const end of ends) {
    const found = [...chunks.values()].find((one) => one.moduleIds.some((id) => id.endsWith(end)));
    if (found === undefined) throw new Error(`${end} is nowhere`);
    seen.add(found.fileName);
  }
  const modules = new Set<string>();
  for (const file of seen) {
    const chunk = chunks.get(file);
    for (const module of chunk?.moduleIds ?? []) modules.add(module);
    for (const way of how) {
      for (const imported of chunk?.[way] ?? []) seen.add(imported); // visited in turn
    }
  }
  return modules;
}
