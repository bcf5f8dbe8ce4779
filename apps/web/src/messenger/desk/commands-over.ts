/** Every command as a call by its name. */
import { faultOf } from "../model/refusal-words.ts";
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

/** The command of that name. Rejects with a fault: what goes from tab to tab has no class. */
export async function performed(
  on: Commands,
  name: string,
  given: readonly unknown[],
): Promise<unknown> {
  const command = on[name as keyof Commands] as (...all: unknown[]) => Promise<unknown>; // one of COMMANDS
  try {
    return await command.apply(on, [...given]);
  } catch (error) {
    throw faultOf(error);
  }
}
