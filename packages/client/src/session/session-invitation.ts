/** A call for a session that the application has to decide about. OMA IM 7.1.2.1, 9.2 */

/** Why it was settled. */
export type InvitationOutcome =
  | "accepted"
  | "declined"
  /** The caller has given up. IM-7.1.2.4-01 */
  | "withdrawn"
  /** Nobody has decided in time. */
  | "expired";

export interface InvitationPorts {
  readonly kind: "conversation" | "large message";
  readonly sizeBytes: number | undefined;
  readonly from: string;
  readonly fromName: string | undefined;
  readonly subject: string | undefined;
  readonly accept: () => void;
  /** 603, or 486. */
  readonly decline: (status: number) => void;
}

export class SessionInvitation {
  /** A conversation, or one message that is too large to be taken unasked. */
  readonly kind: "conversation" | "large message";
  /** Of a large message, as announced. */
  readonly sizeBytes: number | undefined;
  /** Address of the caller. */
  readonly from: string;
  readonly fromName: string | undefined;
  readonly subject: string | undefined;
  /** Resolves once; nothing can be decided afterwards. */
  readonly settled: Promise<InvitationOutcome>;
  readonly #ports: InvitationPorts;
  readonly #settled = Promise.withResolvers<InvitationOutcome>();
  #open = true;

  constructor(ports: InvitationPorts) {
    this.kind = ports.kind;
    this.sizeBytes = ports.sizeBytes;
    this.from = ports.from;
    this.fromName = ports.fromName;
    this.subject = ports.subject;
    this.#ports = ports;
    this.settled = this.#settled.promise;
  }

  /** Whether it still waits. */
  get open(): boolean {
    return this.#open;
  }

  accept(): void {
    if (this.settle("accepted")) this.#ports.accept();
  }

  /** `busy` says that another time may be better. */
  decline(why: "declined" | "busy" = "declined"): void {
    if (this.settle("declined")) this.#ports.decline(why === "busy" ? 486 : 603);
  }

  /** Only the SDK calls this. False when it was settled before. */
  settle(outcome: InvitationOutcome): boolean {
    if (!this.#open) return false;
    this.#open = false;
    this.#settled.resolve(outcome);
    return true;
  }
}
