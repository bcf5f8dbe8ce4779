/** All messages to many that are on their way. What was accepted goes on after a restart. */
import type { Job } from "../store/index.ts";
import { Lanes } from "./lanes.ts";
import { type JobPorts, type JobSurroundings, RunningJob } from "./run-job.ts";
import { Slots } from "./slots.ts";

export interface JobLimits {
  /** Copies under way at the same time, of all messages together. */
  readonly copies: number;
  /** Messages accepted and not finished; more are refused. */
  readonly messages: number;
}

const JOBS_A_PAGE = 100;

export class Jobs {
  readonly #ports: JobPorts;
  readonly #limits: JobLimits;
  readonly #around: JobSurroundings;
  #running = 0;
  #stopped = false;

  constructor(ports: JobPorts, limits: JobLimits) {
    this.#ports = ports;
    this.#limits = limits;
    const slots = new Slots(limits.copies, () => ports.hits.hit("copies"));
    const { metrics } = ports;
    const counter = metrics.counter("copies_total", "Copies of messages to many", "outcome");
    ports.hits.uses("copies", () => slots.taken);
    ports.hits.uses("copyJobs", () => this.#running);
    metrics.gauge("copy_jobs", "Messages to many that are under way", () => this.#running);
    this.#around = { slots, lanes: new Lanes(), counter, isOver: () => this.#stopped };
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
    const running = new RunningJob(job, this.#ports, this.#around);
    this.#ports.clock.schedule(0, () => void this.#finish(running));
  }

  /** What is under way comes to its end, nothing else begins. */
  stop(): void {
    this.#stopped = true;
  }

  async #finish(job: RunningJob): Promise<void> {
    try {
      await job.run();
    } catch (error) {
      this.#ports.log.error("job broken", { error: String(error) });
    } finally {
      this.#running -= 1;
    }
  }
}
