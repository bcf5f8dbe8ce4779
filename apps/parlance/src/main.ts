/** The parlance command: reads the command line and hands over. */
import { CommanderError } from "commander";
import { exitCodeOf, explainFailure } from "./failure.ts";
import { parlanceProgram } from "./program.ts";

// A reader who has seen enough, such as head, is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  process.exit(error.code === "EPIPE" ? 0 : 1);
});

try {
  await parlanceProgram().parseAsync(process.argv);
} catch (error) {
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : 2);
  process.stderr.write(`parlance: ${explainFailure(error)}\n`);
  process.exitCode = exitCodeOf(error);
}
