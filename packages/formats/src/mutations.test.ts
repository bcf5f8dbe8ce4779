/** A short mutation run over every reader of a body; the long one is the program under `fuzz/`. */
import { test } from "node:test";
import { fuzzFormats } from "../../../fuzz/formats-mutations.ts";

test("mutated bodies are read or refused, quickly, and what was read is written again", () => {
  for (const seed of [1, 2, 3]) fuzzFormats(seed, 1000);
});
