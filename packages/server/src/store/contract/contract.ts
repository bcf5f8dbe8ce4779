/** What a contract suite needs from the test that runs it. */
import type { Stores } from "../stores.ts";

/** `test` of node:test and `deepStrictEqual` of node:assert fit. */
export interface ContractTools {
  readonly test: (name: string, run: () => Promise<void>) => unknown;
  readonly equal: (actual: unknown, expected: unknown) => void;
}

/** Fresh, empty stores that can be stopped and started over the same data. */
export interface ContractWorld {
  readonly stores: Stores;
  /** Closes the stores in use and opens the same data again. */
  restart(): Promise<Stores>;
  end(): Promise<void>;
}

export interface Contract {
  readonly tools: ContractTools;
  readonly make: () => Promise<ContractWorld>;
}

/** Runs a case in a world of its own. */
export function caseOf(
  { tools, make }: Contract,
  name: string,
  run: (world: ContractWorld) => Promise<void>,
): void {
  tools.test(name, async () => {
    const world = await make();
    try {
      await run(world);
    } finally {
      await world.end();
    }
  });
}

export function bytesOf(length: number, fill: number): Uint8Array {
  return new Uint8Array(length).fill(fill);
}
