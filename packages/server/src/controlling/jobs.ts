/** All messages to many that are on their way. What was accepted goes on after a restart. */
import type { Job } from "../store/index.ts";
import { type JobPorts, RunningJob } from "./run-job.ts";
import { Slots } from "./slots.ts";

export interface JobLimits {
  /** Copies under way at the same time, of all messages together. */
  readonly copies: number;
  /** Messages accepted and not finished; more are refused. */
  readonly messages: number;
}

export const DEFAULT_JOB_LIMITS: JobLimits = { copies: 256, messages: 1_000 };

const JOBS_A_PAGE = 100;
/** A disk that was full or slow has had time to recover. */
const INTERRUPTED_MS = 15_000;

export class Jobs {
  readonly #ports: JobPorts;
  readonly #limits: JobLimits;
  readonly #slots: Slots;
  #running = 0;

  constructor(ports: JobPorts, limits: JobLimits) {
    this.#ports = ports;
    this.#limits = limits;
    this.#slots = new Slots(limits.copies);
  }

  get full(): boolean {
    return this.#running >= this.#limits.messages;
  }

  /** Before the first request is taken: goes on with what was accepted in an earlier life. */
  async resume(): Promise<void> {
    let after: string | undefined;
    for (;;) {
      const page = await this.#ports.store.list(after, JOBS_A_PAGE);
      for (const job of page) this.run(job);
      after = page.at(-1)?.id;
      if (after === undefined) return;
    }
  }

  /** The job is stored already. It starts after its sender was answered. */
  run(job: Job): void {
    this.#running += 1;
    const running = new RunningJob(job, this.#ports, this.#slots);
    this.#start(running, 0);
  }

  #start(job: RunningJob, delayMs: number): void {
    this.#ports.clock.schedule(delayMs, () => void this.#finish(job));
  }

  /** What was accepted is not given up before its time is over. */
  async #finish(job: RunningJob): Promise<void> {
    try {
      await job.run();
      this.#running -= 1;
    } catch (error) {
      this.#ports.log.error("job interrupted", { error: String(error) });
      this.#start(job, INTERRUPTED_MS);
    }
  }
}
