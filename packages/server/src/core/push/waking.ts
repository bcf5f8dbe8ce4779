/** Wakes devices that sleep, and lets what came for their users wait for them: the push bucket. RFC 8599 §5.6.2 */
import type { Cancel, Clock, Random } from "@parlance/wire";
import type { LimitWatch, Metrics, PushService, Wake, WakeOutcome } from "../../ports/index.ts";
import { mostOf } from "../limit-hits.ts";
import type { RegisteredContact } from "../registrar/contact.ts";
import type { PushTarget } from "./push-target.ts";
import type { Sleeper, Sleepers } from "./sleepers.ts";

export interface WakingPorts {
  /** Undefined: nobody can be woken. */
  readonly service: PushService | undefined;
  readonly sleepers: Sleepers;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: Metrics;
  readonly hits: LimitWatch;
  /** There is no such device any more. */
  readonly gone: (sleeper: Sleeper) => void;
}

export interface WakingLimits {
  /** How long a request waits for the device, in ms. */
  readonly messageWaitMs: number;
  readonly sessionWaitMs: number;
  /** Requests that wait, of all users and of one. */
  readonly waiting: number;
  readonly waitingOfUser: number;
}

interface Waiting {
  readonly run: () => void;
  readonly cancel: Cancel;
}

/** A device is not woken again within this time: what woke it does for what comes meanwhile. */
const GAP_MS = 10_000;
const ID_BITS = 96;

export class Waking {
  readonly #ports: WakingPorts;
  readonly #limits: WakingLimits;
  readonly #waiting = new Map<string, Set<Waiting>>();
  readonly #wakes: ReturnType<Metrics["counter"]>;
  readonly #waits: ReturnType<Metrics["counter"]>;
  /** When devices were woken last. */
  readonly #woken = new WeakMap<object, number>();
  #count = 0;

  constructor(ports: WakingPorts, limits: WakingLimits) {
    this.#ports = ports;
    this.#limits = limits;
    const { metrics, sleepers } = ports;
    this.#wakes = metrics.counter("push_wakes_total", "Devices that were to be woken", "outcome");
    this.#waits = metrics.counter("push_waits_total", "Requests that waited for one", "outcome");
    ports.hits.uses("pushWaiting", () => this.#count);
    ports.hits.uses("pushWaitingPerUser", () =>
      mostOf([...this.#waiting.values()].map(({ size }) => size)),
    );
    metrics.gauge("push_sleeping", "Devices that have to be woken", () => sleepers.count);
    metrics.gauge("push_waiting", "Requests that wait for a device", () => this.#count);
  }

  /** Somebody of this user can be woken. */
  canWake(user: string): boolean {
    return this.#ports.service !== undefined && this.#ports.sleepers.of(user).length > 0;
  }

  /** Without waiting for what becomes of it. */
  wake(user: string, reason: Wake["reason"]): void {
    for (const sleeper of this.#ports.sleepers.of(user)) this.#wakeSleeper(sleeper, reason);
  }

  /** They did not answer: their connections may be dead without having said so. */
  wakeSilent(contacts: readonly RegisteredContact[], reason: Wake["reason"]): void {
    for (const contact of contacts) {
      const target = contact.outlivesFlow ? contact.push : undefined;
      if (target !== undefined) void this.#wake(contact, target, reason);
    }
  }

  /**
   * Wakes his devices; `then` runs once, when one of them has registered, or none has in time. Undefined, and nothing
   * happens, when too much waits already.
   */
  await(user: string, reason: "message" | "session", then: () => void): Cancel | undefined {
    const { clock, hits } = this.#ports;
    const { waiting, waitingOfUser, messageWaitMs, sessionWaitMs } = this.#limits;
    const others = this.#waiting.get(user) ?? new Set();
    if (this.#count >= waiting || others.size >= waitingOfUser) {
      hits.hit("pushWaiting");
      return undefined;
    }
    const end = (outcome: "woken" | "in vain" | "given up"): void => {
      if (!others.delete(one)) return;
      this.#count -= 1;
      if (others.size === 0) this.#waiting.delete(user);
      one.cancel();
      this.#waits.add(1, outcome);
      if (outcome !== "given up") then();
    };
    const waitMs = reason === "message" ? messageWaitMs : sessionWaitMs;
    const one: Waiting = {
      run: () => end("woken"),
      cancel: clock.schedule(waitMs, () => end("in vain")),
    };
    others.add(one);
    this.#count += 1;
    this.#waiting.set(user, others);
    this.wake(user, reason);
    return () => end("given up");
  }

  /** A device of this user has registered, and was told so. */
  registered(user: string): void {
    const waiting = this.#waiting.get(user);
    if (waiting === undefined) return;
    for (const { run } of Array.from(waiting)) run(); // whoever is run may wait again
  }

  /** Those whose registration ends soon are woken, a bounded part at a time. */
  refresh(sleepers: readonly Sleeper[]): void {
    for (const sleeper of sleepers) this.#wakeSleeper(sleeper, "refresh");
  }

  stop(): void {
    for (const others of this.#waiting.values()) for (const { cancel } of others) cancel();
    this.#waiting.clear();
    this.#count = 0;
  }

  #wakeSleeper(sleeper: Sleeper, reason: Wake["reason"]): void {
    void this.#wakeOrForget(sleeper, reason);
  }

  async #wakeOrForget(sleeper: Sleeper, reason: Wake["reason"]): Promise<void> {
    const outcome = await this.#wake(sleeper, sleeper, reason);
    if (outcome === "gone") this.#ports.gone(sleeper);
  }

  async #wake(
    device: object,
    { provider, prid, param }: PushTarget,
    reason: Wake["reason"],
  ): Promise<WakeOutcome | "woken already"> {
    const { service, clock, random } = this.#ports;
    const now = clock.now();
    if (service === undefined) return "failed";
    if (now - (this.#woken.get(device) ?? -GAP_MS) < GAP_MS) return "woken already";
    this.#woken.set(device, now);
    const id = random.token(ID_BITS);
    const outcome = await service.wake({ id, provider, prid, param, reason });
    this.#wakes.add(1, outcome);
    return outcome;
  }
}
