/** What whoever typed the command can put right: told in words, without a stack. */

export class CommandError extends Error {
  override readonly name: string = "CommandError";
  /** Of the process: 1 is refused or failed. */
  readonly exitCode: number = 1;
}

/** The command line itself is wrong. */
export class UsageError extends CommandError {
  override readonly name = "UsageError";
  override readonly exitCode = 2;
}
