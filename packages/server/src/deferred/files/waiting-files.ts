/** Files that wait: taken while their user is away, offered when he is back. OMA IM 10, 12, 13.3 */
import {
  type FileOffer,
  formatCpim,
  formatDateTime,
  type MessageMedia,
  parseMediaType,
  takesType,
} from "@parlance/formats";
import { ACCEPT_CONTACT_IM, bareAddress, CPIM, type Refusal, refuse } from "@parlance/im";
import { CallId, CSeq, From, type SipRequest } from "@parlance/sip";
import type { Clock, Random } from "@parlance/wire";
import { bringTo, judgeFilePush, type PushResult } from "../../bringing/index.ts";
import { contentSource, faceTowards, saidBy, speakerOf } from "../../media/index.ts";
import type {
  MediaMessage,
  MediaRules,
  Passage,
  TakeOver,
  Towards,
  User,
  Verdict,
  Way,
} from "../../ports/index.ts";
import type { ContentReader, DeferredMessage } from "../../store/index.ts";
import type { Kept } from "../large/content-sink.ts";
import type { LargePorts } from "../large/ports.ts";
import type { OnRequest } from "../on-request.ts";
import { readWaiting } from "../waiting-request.ts";
import { FILE_FEATURES, FileReception } from "./file-reception.ts";
import { bodyAround, type KeptFile, readKeptFile, type Wrapping } from "./kept-invitation.ts";

export interface WaitingFilesPorts extends LargePorts {
  readonly way: Way;
  readonly clock: Clock;
  readonly random: Random;
  readonly userAgent: string;
}

/** How a file is kept: the MSRP status for its sender. */
export type KeepFile = (file: FileOffer, kept: Kept, came: Wrapping) => Promise<number>;

/** What an envelope around a file may come to. */
const ENVELOPE_BYTES = 32_768;
const TAG_BITS = 64;
const CALL_ID_BITS = 128;
const BOUNDARY_BITS = 128;

export class WaitingFiles {
  readonly #ports: WaitingFilesPorts;
  readonly #receptions = new Set<FileReception>();

  constructor(ports: WaitingFilesPorts) {
    this.#ports = ports;
  }

  stop(): void {
    for (const reception of this.#receptions) reception.stop();
  }

  receive(passage: Passage, keep: KeepFile, instead?: TakeOver): Verdict {
    const { calls, media, contents, clock, userAgent } = this.#ports;
    const { request, flow, originator } = passage;
    const { offer } = saidBy(request);
    // The rest of a file of which nothing is here is of no use to anybody.
    if (offer === undefined || flow === undefined || offer.lines.some(isRest)) {
      return refused(refuse("no common media"));
    }
    const { transport, local } = flow;
    const near: Towards = { key: "near", transport, local, tagged: true };
    const author = originator?.user?.address;
    const rulesFor = (file: FileOffer): MediaRules => ({
      admits: speakerOf(originator),
      maxBytes: (file.selector.sizeBytes ?? 0) + ENVELOPE_BYTES,
      mayBegin: () => author === undefined || this.#ports.mayWrite(author),
    });
    const leave = this.#ports.receptions.enter(originator?.address ?? "");
    if (leave === undefined) return refused(refuse("too many sessions"));
    const reception: FileReception = new FileReception({
      clock,
      contents,
      end: (user, file) => media.end(near, rulesFor(file), user),
      keep,
      received: leave,
      over: () => {
        this.#receptions.delete(reception);
        leave();
      },
    });
    if (!reception.open(offer)) {
      leave();
      return refused(refuse("unreachable"));
    }
    const face = faceTowards(calls, near, FILE_FEATURES, (edit) => {
      edit.setText("Server", userAgent);
    });
    const incoming =
      instead === undefined
        ? calls.invited(passage, reception.owner, face)
        : instead(reception.owner);
    if (incoming === undefined) reception.stop();
    else if (reception.begin(incoming, offer)) this.#receptions.add(reception);
    return { do: "taken" };
  }

  async bring(message: DeferredMessage, user: User, asked?: OnRequest): Promise<PushResult> {
    const { contents } = this.#ports;
    const way = asked?.way ?? this.#ports.way;
    const waiting = readWaiting(message);
    const kept = waiting && readKeptFile(waiting.request);
    const reader = message.content === undefined ? undefined : await contents.open(message.content);
    if (waiting === undefined || kept === undefined || reader === undefined) return "unreadable";
    try {
      const invite = this.#invite(waiting.request, message.attempts, asked);
      const able = way.bindings(invite, user).filter(({ imClient }) => imClient);
      const boundary = this.#ports.random.token(BOUNDARY_BITS);
      return await bringTo(
        { user, contacts: able, invite, features: FILE_FEATURES },
        {
          file: kept.file,
          judge: judgeFilePush,
          acceptTypes: [...new Set([typeOf(kept).essence, CPIM])],
          message: (remote) => this.#message(kept, reader, remote, waiting.request),
          body: (description) => bodyAround(description, kept.icon, boundary),
        },
        { ...this.#ports, way },
      );
    } finally {
      await reader.close();
    }
  }

  /** Bare where the device takes it so, in an envelope otherwise; from where it asks for it. RFC 5547 §8.3.1 */
  #message(
    kept: KeptFile,
    reader: ContentReader,
    remote: MessageMedia,
    invite: SipRequest,
  ): MediaMessage {
    const { contentType } = kept;
    const headers = [["Content-Disposition", dispositionOf(kept)]] as const;
    const first = remote.file?.range?.first ?? 1;
    const from = Math.min(first - 1, reader.sizeBytes);
    if (takesType(remote.acceptTypes, typeOf(kept).essence)) {
      return { contentType, content: contentSource(reader, { from }), headers };
    }
    const before = formatCpim({
      from: { name: invite.from.name, uri: bareAddress(invite.from.uri) },
      to: [{ name: undefined, uri: bareAddress(invite.uri) }],
      cc: [],
      dateTime: formatDateTime(this.#ports.clock.now()),
      subjects: [],
      require: [],
      extensions: [],
      contentHeaders: [["Content-Type", contentType]],
      content: new Uint8Array(0),
    });
    return { contentType: CPIM, content: contentSource(reader, { from, before }), headers };
  }

  #invite(kept: SipRequest, attempts: number, asked: OnRequest | undefined): SipRequest {
    const { random, userAgent } = this.#ports;
    const { from } = kept;
    const invite = kept
      .edit()
      .set(From, { ...from, params: from.params.with("tag", random.token(TAG_BITS)) })
      .set(CallId, random.token(CALL_ID_BITS))
      .set(CSeq, { number: attempts + 1, method: "INVITE" })
      .setText("Accept-Contact", ACCEPT_CONTACT_IM)
      .setText("User-Agent", userAgent);
    asked?.edit(invite);
    return invite.done();
  }
}

function isRest({ media: { file } }: { readonly media: MessageMedia }): boolean {
  return (file?.range?.first ?? 1) > 1;
}

function typeOf({ contentType }: KeptFile): { readonly essence: string } {
  const type = parseMediaType(contentType);
  return type.ok ? type.value : { essence: "application/octet-stream" };
}

function dispositionOf({ file }: KeptFile): string {
  return file.disposition ?? "attachment";
}

function refused(refusal: Refusal): Verdict {
  return { do: "refuse", refusal };
}
