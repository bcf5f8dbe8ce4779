/** Whether the client is there for others: connects, registers, and comes back after every loss. RFC 5626 §4.5 */
import { type Flow, recoveryDelayMs } from "@parlance/sip";
import type { Cancel, Clock, Random } from "@parlance/wire";
import { ImError, type ImErrorCode } from "../base/errors.ts";
import type { Line } from "./line.ts";
import type { Registered, Registration } from "./registration.ts";

export type ConnectionState =
  | { readonly state: "connecting" }
  | { readonly state: "online" }
  /** Tries again after `retryInMs`. */
  | { readonly state: "reconnecting"; readonly attempt: number; readonly retryInMs: number }
  /** Does not try any more: closed, or not authenticated. */
  | { readonly state: "offline"; readonly error: ImError | undefined };

export interface ConnectionPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly line: Line;
  readonly registration: Registration;
  readonly changed: (state: ConnectionState) => void;
}

/** 1, 2, 4 … 300 s, each somewhere between half and whole: a person waits for it. RFC 5626 §4.5 */
const RECOVERY = { longestMs: 300_000, allFailedMs: 1_000, someAliveMs: 1_000 };

export class Connection {
  readonly #ports: ConnectionPorts;
  #state: ConnectionState = { state: "connecting" };
  #failures = 0;
  #retry: Cancel = () => {};
  #ended = false;
  #registered: Registered | undefined;

  constructor(ports: ConnectionPorts) {
    this.#ports = ports;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get registered(): Registered | undefined {
    return this.#registered;
  }

  /** The first time: rejects with ImError, and does not try again. */
  async start(): Promise<void> {
    try {
      await this.#open();
    } catch (error) {
      throw this.#giveUp(error);
    }
  }

  /** The first time, and again until it is there or cannot be: the state tells. */
  startInTime(): void {
    this.#open().catch((error) => this.#failedAgain(error));
  }

  /** The flow is gone. */
  lost(): void {
    if (this.#ended || this.#state.state !== "online") return;
    this.#ports.registration.stop();
    this.#tryLater();
  }

  /** The server has left a request unanswered: the flow may be dead without having said so. */
  doubted(): void {
    if (this.#ended || this.#state.state !== "online") return;
    this.#ports.line.drop();
    this.lost();
  }

  /** A refresh failed: the flow may be dead without having said so. */
  refreshFailed(error: unknown): void {
    if (this.#ended || this.#state.state !== "online") return;
    this.#ports.line.drop();
    if (isFinal(error)) this.#giveUp(error);
    else this.lost();
  }

  /** Says goodbye, as far as anybody listens. `stays`: the registration does, for a device that can be woken. */
  async end(stays = false): Promise<void> {
    const online = this.#state.state === "online" && !stays;
    this.#ended = true;
    this.#retry();
    if (online) await this.#ports.registration.leave().catch(() => {}); // it expires by itself
    this.#ports.registration.stop();
    this.#ports.line.end();
    this.#become({ state: "offline", error: undefined });
  }

  async #open(): Promise<void> {
    const { line, registration } = this.#ports;
    const flow: Flow = await line.open().catch((error) => {
      if (error instanceof ImError) throw error;
      const warning = error instanceof Error ? error.message : "";
      throw new ImError("offline", { warning, cause: error });
    });
    this.#registered = await registration.register(flow);
    if (this.#ended) {
      registration.stop(); // the answer came when nobody wanted it any more
      throw new ImError("closed");
    }
    if (line.flow?.id !== flow.id) throw new ImError("offline"); // lost right behind the answer
    line.keepAlive(this.#registered.flowTimerS);
    this.#failures = 0;
    this.#become({ state: "online" });
  }

  #tryLater(): void {
    const { clock, random } = this.#ports;
    const [octet = 0] = random.bytes(1);
    const after = { failures: this.#failures, otherFlowsAlive: false };
    const retryInMs = Math.round(recoveryDelayMs(after, octet / 256, RECOVERY));
    this.#failures += 1;
    this.#become({ state: "reconnecting", attempt: this.#failures, retryInMs });
    this.#retry = clock.schedule(retryInMs, () => {
      this.#open().catch((error) => this.#failedAgain(error));
    });
  }

  #failedAgain(error: unknown): void {
    if (this.#ended) return;
    this.#ports.line.drop();
    if (isFinal(error)) this.#giveUp(error);
    else this.#tryLater();
  }

  #giveUp(error: unknown): ImError {
    if (this.#ended) return new ImError("closed"); // said already
    const known =
      error instanceof ImError ? error : new ImError("server trouble", { cause: error });
    this.#ports.registration.stop();
    this.#ports.line.drop();
    this.#become({ state: "offline", error: known });
    return known;
  }

  #become(state: ConnectionState): void {
    this.#state = state;
    this.#ports.changed(state);
  }
}

const FINAL: ReadonlySet<ImErrorCode> = new Set(["not authenticated", "signed out", "refused"]);

/** Trying again with the same password cannot help. */
function isFinal(error: unknown): boolean {
  return error instanceof ImError && FINAL.has(error.code);
}
