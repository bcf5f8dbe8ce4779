/** Every command as a call by its name. */
import { COMMANDS, type Commands } from "./commands.ts";

export type { Commands };

export function commandsOver(
  call: (name: string, given: readonly unknown[]) => Promise<unknown>,
): Commands {
  const commands = Object.fromEntries(
    [...COMMANDS].map((name) => [name, (...given: readonly unknown[]) => call(name, given)]),
  );
  return commands as unknown as Commands; // COMMANDS names them all
}
