/** The server takes files in the place of a user who is away: each of them in full, then its 200. OMA IM 10, 13.3 */
import { compareTransfers, type FileOffer, type Sdp } from "@parlance/formats";
import { CPIM, IM_TAG } from "@parlance/im";
import type { IncomingControl, IncomingHead, IncomingSink } from "@parlance/msrp";
import {
  type Body,
  type Call,
  type IncomingCall,
  type IncomingOwner,
  type Offer,
  Params,
  type Tagged,
} from "@parlance/sip";
import type { Cancel, Clock } from "@parlance/wire";
import { NOTHING_MORE } from "../../bringing/index.ts";
import {
  type MediaLine,
  ownAnswers,
  readOfferedMedia,
  type SessionMedia,
} from "../../media/index.ts";
import type { MediaEnd, MediaEndUser } from "../../ports/index.ts";
import type { FileContent } from "../../store/index.ts";
import type { Kept } from "../large/content-sink.ts";
import { FileSink } from "./file-sink.ts";
import type { Wrapping } from "./kept-invitation.ts";

export interface FileReceptionPorts {
  readonly clock: Clock;
  readonly contents: FileContent;
  /** A connection for one of the files; undefined when the sender cannot reach us. */
  end(user: MediaEndUser, file: FileOffer): MediaEnd | undefined;
  /** Durable when it resolves; the MSRP status that the sender is told. */
  keep(file: FileOffer, kept: Kept, came: Wrapping): Promise<number>;
  /** Nothing more comes. */
  received(): void;
  over(): void;
}

/** For the sender to say BYE once he has his last 200, and has waited for a report that does not come. */
const BYE_WAIT_MS = 70_000;

export const FILE_FEATURES = Params.of([IM_TAG]);

/** One file of the offer. */
interface Expected {
  readonly file: FileOffer;
  readonly end: MediaEnd;
  state: "awaited" | "begun" | "kept" | "lost";
}

export class FileReception {
  readonly #ports: FileReceptionPorts;
  /** By the place of their lines. */
  readonly #expected = new Map<number, Expected>();
  #call: Call | undefined;
  #told: { readonly body: Body; readonly sdp: Sdp } | undefined;
  #goodbye: Cancel | undefined;
  #over = false;

  readonly owner: IncomingOwner = {
    ...NOTHING_MORE,
    offered: (offer) => this.#offered(offer),
    description: () => this.#told?.body,
    ended: () => this.#end(),
    cancelled: () => this.#end(),
  };

  constructor(ports: FileReceptionPorts) {
    this.#ports = ports;
  }

  /** A way for each file; false when the sender can reach us by none. */
  open({ lines }: SessionMedia): boolean {
    for (const { place, media } of lines) {
      const { file } = media;
      const end = file && this.#ports.end(this.#userOf(place), file);
      if (file !== undefined && end !== undefined) {
        this.#expected.set(place, { file, end, state: "awaited" });
      }
    }
    return this.#expected.size > 0;
  }

  /** False when offer and answer come to nothing, and the INVITE was refused. */
  begin(incoming: IncomingCall, offer: SessionMedia): boolean {
    const body = this.#agree(offer);
    if (body === undefined) incoming.refuse(488);
    else this.#call = incoming.accept({ body });
    if (this.#call === undefined) this.#end();
    return this.#call !== undefined;
  }

  /** What is not whole is thrown away: its sender has not been told that it is here. */
  stop(): void {
    this.#call?.end();
    this.#end();
  }

  #userOf(place: number): MediaEndUser {
    return {
      keeps: true,
      arriving: (head, control) => this.#arriving(place, head, control),
      failed: () => this.#settled(place, "lost"),
    };
  }

  /** Exactly one file comes over each line. */
  #arriving(place: number, head: IncomingHead, control: IncomingControl): IncomingSink | number {
    const expected = this.#expected.get(place);
    if (expected?.state !== "awaited") return 403;
    expected.state = "begun";
    const { file } = expected;
    const sink = new FileSink(head, file.selector, control, {
      contents: this.#ports.contents,
      keep: async (kept, came) => {
        const status = await this.#ports.keep(file, kept, came);
        if (status === 408)
          expected.state = "awaited"; // it may come again
        else this.#settled(place, status === 200 ? "kept" : "lost");
        return status;
      },
    });
    return {
      write: (octets) => sink.write(octets),
      end: () => sink.end(),
      abandon: () => {
        sink.abandon();
        expected.state = "awaited";
      },
    };
  }

  /** It is here, or will not come. */
  #settled(place: number, state: "kept" | "lost"): void {
    const expected = this.#expected.get(place);
    if (expected !== undefined) expected.state = state;
    const states = [...this.#expected.values()].map((one) => one.state);
    if (states.includes("awaited") || states.includes("begun")) return;
    this.#ports.received();
    const lost = !states.includes("kept");
    this.#goodbye ??= this.#ports.clock.schedule(lost ? 0 : BYE_WAIT_MS, () => {
      const reason: Tagged = { value: "SIP", params: Params.of(["cause", "408"]) };
      this.#call?.end(lost ? [reason] : undefined);
      this.#end();
    });
  }

  /** The sender comes by another connection: the same files, or none. RFC 5547 §8.1 */
  #offered(offer: Offer): void {
    const said = offer.body && readOfferedMedia(offer.body);
    if (
      said === undefined ||
      typeof said === "string" ||
      !said.lines.every((line) => this.#knows(line))
    ) {
      return offer.refuse(488);
    }
    const body = this.#agree(said);
    if (body === undefined) return offer.refuse(488);
    offer.accept({ body });
  }

  #knows({ place, media: { file } }: MediaLine): boolean {
    const known = this.#expected.get(place)?.file;
    if (known === undefined || file === undefined) return false;
    return (file.range?.first ?? 1) === 1 && compareTransfers(known, file) === "same transfer";
  }

  #agree(offer: SessionMedia): Body | undefined {
    const made = ownAnswers(
      offer,
      ({ place, media }) => {
        const expected = this.#expected.get(place);
        if (expected === undefined) return undefined;
        const types = [media.file?.selector.type?.essence ?? "*", CPIM];
        const own = {
          acceptTypes: types,
          acceptWrappedTypes: ["*"],
          direction: "recvonly",
          setup: "passive",
        } as const;
        return { leg: expected.end.leg, own };
      },
      this.#told?.sdp,
    );
    if (made === undefined) return undefined;
    const agreed = new Set(made.agreed.map(({ place }) => place));
    for (const [place, { end }] of this.#expected) {
      if (agreed.has(place)) continue;
      end.close();
      this.#expected.delete(place);
    }
    for (const { place, peer } of made.agreed) this.#expected.get(place)?.end.leg.agree(peer);
    this.#told = made;
    return made.body;
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#goodbye?.();
    this.#call = undefined;
    for (const { end } of this.#expected.values()) end.close();
    this.#ports.over();
  }
}
