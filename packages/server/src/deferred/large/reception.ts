/** The server takes a large message in the place of a user who is away: the whole of it, then the 200. OMA IM 12.6 */
import { CPIM } from "@parlance/im";
import type { IncomingControl, IncomingHead, IncomingSink } from "@parlance/msrp";
import {
  type Body,
  type Call,
  type IncomingCall,
  type IncomingOwner,
  Params,
  type Tagged,
} from "@parlance/sip";
import type { Cancel, Clock } from "@parlance/wire";
import { NOTHING_MORE } from "../../bringing/index.ts";
import { ownAnswer, type SessionMedia } from "../../media/index.ts";
import type { MediaEnd, MediaEndUser } from "../../ports/index.ts";
import type { FileContent } from "../../store/index.ts";
import { ContentSink, type Kept } from "./content-sink.ts";

export interface ReceptionPorts {
  readonly clock: Clock;
  readonly contents: FileContent;
  readonly maxBytes: number;
  /** Durable when it resolves; the MSRP status that the sender is told. */
  keep(kept: Kept): Promise<number>;
  /** Nothing more comes. */
  received(): void;
  over(): void;
}

/** For the sender to say BYE once he has his 200. OMA IM 12.2 */
const BYE_WAIT_MS = 10_000;

export class Reception implements MediaEndUser {
  readonly #ports: ReceptionPorts;
  #end: MediaEnd | undefined;
  #call: Call | undefined;
  #begun = false;
  #goodbye: Cancel | undefined;

  readonly owner: IncomingOwner = {
    ...NOTHING_MORE,
    ended: () => this.#over(),
    cancelled: () => this.#over(),
  };

  constructor(ports: ReceptionPorts) {
    this.#ports = ports;
  }

  /** Answers with our own address; false when offer and answer come to nothing, and it was refused. */
  begin(incoming: IncomingCall, offer: SessionMedia, end: MediaEnd): boolean {
    this.#end = end;
    const answer = this.#answer(offer, end);
    if (answer === undefined) {
      incoming.refuse(488);
      this.#over();
      return false;
    }
    this.#call = incoming.accept({ body: answer });
    if (this.#call === undefined) this.#over();
    return this.#call !== undefined;
  }

  /** Exactly one message comes. */
  arriving(head: IncomingHead, control: IncomingControl): IncomingSink | number {
    const [type = ""] = head.contentType.split(";", 1);
    if (type.trim().toLowerCase() !== CPIM) return 415;
    if (this.#begun) return 403;
    this.#begun = true;
    return new ContentSink(this.#ports.contents, control, async (kept) => {
      const status = await this.#ports.keep(kept);
      if (status === 408) {
        this.#begun = false;
        return status;
      }
      this.#ports.received();
      this.#goodbye = this.#ports.clock.schedule(BYE_WAIT_MS, () => this.#call?.end());
      return status;
    });
  }

  failed(): void {
    const reason: Tagged = { value: "SIP", params: Params.of(["cause", "408"]) };
    this.#call?.end([reason]);
    this.#over();
  }

  stop(): void {
    this.#call?.end();
    this.#over();
  }

  #answer(offer: SessionMedia, { leg }: MediaEnd): Body | undefined {
    const made = ownAnswer(offer, leg, {
      acceptTypes: [CPIM],
      acceptWrappedTypes: ["*"],
      maxSize: this.#ports.maxBytes,
      direction: "recvonly",
      setup: "passive",
    });
    if (made === undefined || made.role === "active") return undefined;
    leg.agree(made.peer);
    return made.body;
  }

  #over(): void {
    this.#goodbye?.();
    this.#call = undefined;
    const end = this.#end;
    this.#end = undefined;
    if (end === undefined) return;
    end.close();
    this.#ports.over();
  }
}
