/**
 * The inviting user waits for the first of those he invites: what they answer, he is answered. Clause 7.2.1.3, with the
 * steps that 7.2.1.2 shares with it.
 */
import type { IncomingCall } from "@parlance/sip";
import type { SessionMedia } from "../../media/index.ts";
import type { Device } from "./device.ts";
import type { TakenMedia } from "./room-media.ts";

export interface FirstRoundUser {
  /** Somebody has come: the inviting user is to be let in. False when that comes to nothing. */
  letIn(round: FirstRound, answer: TakenMedia): boolean;
  /** Nobody came, and he is still waiting: he has been told. */
  abandoned(round: FirstRound): void;
  /** Nobody came whom he invited, and he is in. IM-7.2.1.3-F2 */
  nobodyCame(round: FirstRound): void;
}

/** Above every status. */
const NONE = 700;

export class FirstRound {
  readonly device: Device;
  readonly offer: SessionMedia;
  readonly incoming: IncomingCall;
  readonly #user: FirstRoundUser;
  #waiting = true;
  #rung = false;
  #left = 0;
  #accepted = false;
  /** Of those who did not come. */
  #lowest = NONE;

  constructor(
    of: { readonly device: Device; readonly offer: SessionMedia; readonly incoming: IncomingCall },
    user: FirstRoundUser,
  ) {
    this.device = of.device;
    this.offer = of.offer;
    this.incoming = of.incoming;
    this.#user = user;
  }

  /** The inviting user has no final answer yet. */
  get waiting(): boolean {
    return this.#waiting;
  }

  /** So many are asked. */
  expect(count: number): void {
    this.#left = count;
  }

  rang(): void {
    if (!this.#waiting || this.#rung) return; // IM-7.2.1.3-G1
    this.#rung = true;
    this.incoming.ring(180); // IM-7.2.1.3-G1, IM-7.2.1.3-G2
  }

  /** One of those who were asked is in. */
  joined(answer: TakenMedia): void {
    this.#accepted = true;
    this.#left -= 1;
    this.first(answer);
  }

  /** Somebody is in, asked or not. D-10 */
  first(answer: TakenMedia): void {
    if (!this.#waiting) return; // IM-7.2.1.2-01, IM-7.2.1.3-K1: it has its answer
    this.#waiting = false;
    this.#user.letIn(this, answer); // IM-7.2.1.2-01, IM-7.2.1.3-K1
  }

  missed(status: number): void {
    this.#left -= 1;
    this.#lowest = Math.min(this.#lowest, status); // IM-7.2.1.3-F1a, R-22
    if (this.#left === 0 && !this.#accepted) this.nobody();
  }

  /** All have answered, or nobody was asked. */
  nobody(): void {
    if (!this.#waiting) return this.#user.nobodyCame(this); // IM-7.2.1.3-F2
    this.#waiting = false;
    this.incoming.refuse(this.#lowest === NONE ? 480 : this.#lowest); // IM-7.2.1.3-F1
    this.#user.abandoned(this);
  }

  /** The inviting user has given up. */
  give(): void {
    this.#waiting = false;
  }
}
