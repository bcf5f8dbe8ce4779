/** What a load counts, and how it tells of it. */
import { setTimeout as wait } from "node:timers/promises";

const SAMPLE = 15; // one latency in sixteen says enough, and costs little

export class Tally {
  done = 0;
  failed = 0;
  readonly #latencies: number[] = [];
  #counting = false;
  #began = 0;

  /** One more has come to its end, that began at this time of `performance.now()`. */
  succeeded(began: number): void {
    if (!this.#counting) return;
    this.done += 1;
    if ((this.done & SAMPLE) === 0) this.#latencies.push(performance.now() - began);
  }

  /** The first failure is shown: usually all others are like it. */
  refused(answer: string): void {
    this.failed += 1;
    if (this.failed > 1) return;
    const [start] = answer.split("\r\n", 1);
    process.stderr.write(`${start}\n${/\nWarning:.*/i.exec(answer)?.[0] ?? ""}\n`);
  }

  begin(): void {
    this.#counting = true;
    this.#began = performance.now();
    process.send?.("measuring");
  }

  /** Prints the figures and ends the program. */
  end(): void {
    this.#counting = false;
    const seconds = (performance.now() - this.#began) / 1_000;
    process.send?.("measured");
    const sorted = this.#latencies.toSorted((a, b) => a - b);
    const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? 0;
    const { done, failed } = this;
    const figures = { done, seconds, failed, p50Ms: at(0.5), p99Ms: at(0.99) };
    process.stdout.write(`${JSON.stringify(figures)}\n`, () => process.exit(0));
  }

  async measure(warmup: number, seconds: number): Promise<void> {
    await wait(warmup * 1_000);
    this.begin();
    await wait(seconds * 1_000);
    this.end();
  }
}
