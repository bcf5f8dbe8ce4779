/** Waking devices that sleep: who can be asked to do it, and what he is told. RFC 8599 */

/** Never what a message says, or who it is from. */
export interface Wake {
  /** The same for all tries of one wake. */
  readonly id: string;
  /** Of the Contact of the device. RFC 8599 §8.3 */
  readonly provider: string;
  readonly prid: string;
  readonly param: string | undefined;
  /** `refresh`: nothing waits, but its registration ends soon. */
  readonly reason: "message" | "session" | "refresh";
}

/** `gone`: there is no such device any more. */
export type WakeOutcome = "sent" | "gone" | "failed";

export interface PushService {
  /** Values of `pn-provider` that it serves. */
  readonly providers: readonly string[];
  /** Resolves when it is known; never rejects. */
  wake(wake: Wake): Promise<WakeOutcome>;
}
