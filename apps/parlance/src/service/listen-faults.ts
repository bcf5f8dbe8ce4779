/** What could not be listened on: told all at once, with the keys to change, so that nobody has to start again for each port. */
import { CommandError } from "../command-error.ts";

/** A listener as the configuration wants it. */
export interface Wanted {
  readonly key: string;
  readonly url: string;
  /** The whole value of the key. */
  readonly all: string | readonly string[];
}

interface Fault extends Wanted {
  readonly error: unknown;
}

export class ListenFaults {
  readonly #faults: Fault[] = [];

  /** Undefined when it could not be opened; `settle` tells why. */
  async attempt<Opened>(wanted: Wanted, open: () => Promise<Opened>): Promise<Opened | undefined> {
    try {
      return await open();
    } catch (error) {
      this.#faults.push({ ...wanted, error });
      return undefined;
    }
  }

  /** Throws a `CommandError` when anything could not be opened. */
  settle(): void {
    if (this.#faults.length === 0) return;
    const lines = this.#faults.map(
      ({ url, key, error }) => `cannot listen on ${url} (${key}): ${reasonOf(error)}`,
    );
    const taken = this.#faults.filter(({ error }) => codeOf(error) === "EADDRINUSE");
    throw new CommandError([...lines, ...advice(taken)].join("\n"), {
      cause: this.#faults[0]?.error,
    });
  }
}

function advice(taken: readonly Wanted[]): readonly string[] {
  if (taken.length === 0) return [];
  const keys = new Map(taken.map(({ key, all }) => [key, otherPorts(all)]));
  const settings = [...keys].map(([key, value]) => `--set ${key}=${value}`).join(" ");
  const [program, port] =
    taken.length === 1 ? ["that program", "another port"] : ["what has them", "other ports"];
  return [`  Stop ${program}, or choose ${port}: ${settings}`, "  (npm start -- --set …)"];
}

function reasonOf(error: unknown): string {
  switch (codeOf(error)) {
    case "EADDRINUSE":
      return "another program has this port";
    case "EACCES":
      return "not permitted here";
    case "EADDRNOTAVAIL":
      return "this machine has no such address";
    default:
      return error instanceof Error ? error.message : String(error);
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

/** The same listeners ten ports further on, as a shell takes them. */
function otherPorts(all: string | readonly string[]): string {
  return typeof all === "string" ? moved(all) : `'${JSON.stringify(all.map(moved))}'`;
}

function moved(url: string): string {
  return url.replace(/:(\d+)\/?$/, (_, port: string) => `:${Number(port) + 10}`);
}
