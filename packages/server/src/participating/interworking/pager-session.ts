/** The server holds a session in the place of a phone that knows only pager messages. OMA IM 8, 9 */
import type { MessageMedia, Sdp } from "@parlance/formats";
import { CPIM, IM_TAG, IMDN, IS_COMPOSING } from "@parlance/im";
import { gather, type IncomingControl, type IncomingHead, type IncomingSink } from "@parlance/msrp";
import {
  type Body,
  type Call,
  Contact,
  type IncomingCall,
  type IncomingOwner,
  type NameAddr,
  type Offer,
  Params,
  type Tagged,
} from "@parlance/sip";
import type { Cancel, Clock } from "@parlance/wire";
import { ownAnswer, readOfferedMedia, type SessionMedia } from "../../media/index.ts";
import type { MediaEnd, MediaEndUser, MediaMessage } from "../../ports/index.ts";
import { mayBeSaid, readSaid, type SaidMessage } from "./message-for-phone.ts";
import { Turns } from "./turns.ts";

export interface PagerSessionPorts {
  readonly clock: Clock;
  /** Our Contact towards the caller. */
  readonly contact: NameAddr;
  /** Of one message. */
  readonly maxBytes: number;
  /** Without a message either way. */
  readonly idleMs: number;
  /** Sends it to the phone; the MSRP status for whoever said it. */
  submit(message: SaidMessage): Promise<number>;
  /** Has the phone still a contact? */
  isThere(): boolean;
  over(session: PagerSession): void;
}

const LOOK_MS = 30_000;
/** Messages that wait for those before them; no more is read from a sender who has so many. */
const WAITING = 32;

export const PAGER_FEATURES = Params.of([IM_TAG]);

export class PagerSession implements MediaEndUser {
  readonly #ports: PagerSessionPorts;
  /** To the phone, and to the caller: one at a time, or they would overtake one another. */
  readonly #toPhone = new Turns();
  readonly #toCaller = new Turns();
  /** Messages that are not read on. */
  readonly #held: IncomingControl[] = [];
  #end: MediaEnd | undefined;
  #call: Call | undefined;
  #remote: MessageMedia | undefined;
  #told: { readonly body: Body; readonly sdp: Sdp } | undefined;
  /** The phone has said that it does not know what this is. */
  #noComposing = false;
  #usedAt: number;
  #looking: Cancel | undefined;

  readonly owner: IncomingOwner = {
    offered: (offer) => this.#offered(offer),
    acknowledged: () => undefined,
    requested: () => false,
    description: () => this.#told?.body,
    ended: () => this.#over(),
    cancelled: () => this.#over(),
  };

  constructor(ports: PagerSessionPorts) {
    this.#ports = ports;
    this.#usedAt = ports.clock.now();
  }

  /** What the caller takes. */
  get remote(): MessageMedia | undefined {
    return this.#remote;
  }

  /** False when offer and answer come to nothing, and the INVITE was refused. */
  begin(incoming: IncomingCall, offer: SessionMedia, end: MediaEnd): boolean {
    this.#end = end;
    const body = this.#agree(offer);
    const { contact } = this.#ports;
    if (body === undefined) incoming.refuse(488);
    else this.#call = incoming.accept({ body, edit: (edit) => edit.set(Contact, [contact]) });
    if (this.#call === undefined) this.#over();
    else this.#look();
    return this.#call !== undefined;
  }

  arriving(head: IncomingHead, control: IncomingControl): IncomingSink | number {
    const { contentType } = head;
    if (!mayBeSaid(contentType)) return 415;
    const whole = (content: Uint8Array): number | Promise<number> =>
      this.#said(contentType, content);
    const sink = gather(head, this.#ports.maxBytes, whole);
    return typeof sink === "number" ? sink : this.#paced(sink, control);
  }

  failed(): void {
    this.#goodbye("408", "MSRP connection lost");
  }

  /** From the phone to the caller; false when it has to go another way. */
  bring(message: MediaMessage): Promise<boolean> | undefined {
    const end = this.#end;
    if (end?.connected !== true || this.#toCaller.waiting >= WAITING) return undefined;
    this.#usedAt = this.#ports.clock.now();
    return this.#toCaller.take(async () => (await end.send(message)).kind === "sent");
  }

  stop(): void {
    this.#goodbye("480", "gone");
  }

  get established(): boolean {
    return this.#call !== undefined;
  }

  /** The phone has none. */
  get legs(): ReturnType<typeof legsOf> {
    return legsOf(this.#end);
  }

  /** With no word of the reason. */
  end(): void {
    const call = this.#call;
    this.#call = undefined;
    call?.end();
    this.#over();
  }

  #said(contentType: string, content: Uint8Array): number | Promise<number> {
    const said = readSaid(contentType, content);
    if (typeof said === "number") return said;
    if (said.kind === "composing" && this.#noComposing) return 415;
    return this.#toPhone.take(() => this.#submit(said));
  }

  async #submit(said: SaidMessage): Promise<number> {
    if (this.#end === undefined) return 481;
    this.#usedAt = this.#ports.clock.now();
    const status = await this.#ports.submit(said);
    if (said.kind === "composing" && status === 415) this.#noComposing = true;
    if (this.#toPhone.waiting <= WAITING / 2) {
      for (const control of this.#held.splice(0)) control.resume();
    }
    if (status !== 200 && !this.#ports.isThere()) {
      // After the answer, which would not be heard any more.
      this.#ports.clock.schedule(0, () => this.#goodbye("480", "not reachable any more"));
    }
    return status;
  }

  #paced(sink: IncomingSink, control: IncomingControl): IncomingSink {
    return {
      write: (octets) => {
        sink.write(octets);
        if (this.#toPhone.waiting < WAITING) return true;
        this.#held.push(control);
        return false;
      },
      end: () => sink.end(),
    };
  }

  /** The caller has moved, or asks what holds. */
  #offered(offer: Offer): void {
    const told = this.#told?.body;
    if (offer.body === undefined) {
      return told === undefined ? offer.refuse(488) : offer.accept({ body: told });
    }
    const said = readOfferedMedia(offer.body);
    const body = typeof said === "string" ? undefined : this.#agree(said);
    if (body === undefined) return offer.refuse(488);
    offer.accept({ body });
  }

  #agree(offer: SessionMedia): Body | undefined {
    const end = this.#end;
    if (end === undefined) return undefined;
    const own = { acceptTypes: TYPES, acceptWrappedTypes: WRAPPED, maxSize: this.#ports.maxBytes };
    const made = ownAnswer(offer, end.leg, { ...own, setup: "passive" }, this.#told?.sdp);
    if (made === undefined) return undefined;
    end.leg.agree(made.peer);
    this.#remote = made.remote;
    this.#told = made;
    return made.body;
  }

  #look(): void {
    const { clock, idleMs } = this.#ports;
    this.#looking = clock.schedule(LOOK_MS, () => {
      if (!this.#ports.isThere()) return this.#goodbye("480", "not reachable any more");
      if (clock.now() - this.#usedAt > idleMs) return this.#goodbye("408", "idle");
      this.#look();
    });
  }

  #goodbye(cause: string, text: string): void {
    const reason: Tagged = { value: "SIP", params: Params.of(["cause", cause], ["text", text]) };
    const call = this.#call;
    this.#call = undefined;
    call?.end([reason]);
    this.#over();
  }

  #over(): void {
    this.#looking?.();
    this.#call = undefined;
    const end = this.#end;
    this.#end = undefined;
    if (end === undefined) return;
    end.close();
    this.#ports.over(this);
  }
}

function legsOf(end: MediaEnd | undefined) {
  return end === undefined ? [] : [{ place: 0, side: "near", leg: end.leg } as const];
}

const TYPES = [CPIM, "text/plain", IS_COMPOSING];
const WRAPPED = ["text/plain", IS_COMPOSING, IMDN];
