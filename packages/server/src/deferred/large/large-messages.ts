/** Large messages that wait: taken while their user is away, brought when he is back. OMA IM 12.6, 14 */
import {
  ACCEPT_CONTACT_IM,
  ACCEPT_CONTACT_LARGE_MESSAGE,
  CPIM,
  largeMessageFile,
  type Refusal,
  refuse,
} from "@parlance/im";
import type { MessageSource } from "@parlance/msrp";
import { addressKey, CallId, CSeq, From, ReferredBy, type SipRequest } from "@parlance/sip";
import { type Cancel, type Clock, concatBytes, type Random } from "@parlance/wire";
import {
  bringTo,
  judgeLongPush,
  judgePush,
  LARGE_FEATURES,
  type PushResult,
} from "../../bringing/index.ts";
import { contentSource, faceTowards, largeFirst, saidBy, speakerOf } from "../../media/index.ts";
import type {
  Binding,
  Log,
  MediaRules,
  Passage,
  ReadContent,
  SessionRecording,
  TakeOver,
  Towards,
  User,
  Verdict,
  Way,
} from "../../ports/index.ts";
import type { ContentReader, DeferredMessage } from "../../store/index.ts";
import type { OnRequest } from "../on-request.ts";
import { readWaiting } from "../waiting-request.ts";
import { type Kept, START_BYTES } from "./content-sink.ts";
import { inEnvelope } from "./in-envelope.ts";
import { keepLarge, type LargeCopy } from "./kept-copies.ts";
import type { LargePorts } from "./ports.ts";
import { Reception } from "./reception.ts";

export interface LargeMessagesPorts extends LargePorts {
  readonly way: Way;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly userAgent: string;
  /** All ids that rows name. */
  readonly referenced: () => Promise<readonly string[]>;
  readonly recording: SessionRecording;
}

/** How a message is kept: the MSRP status for its sender. */
export type Keep = (kept: Kept) => Promise<number>;

export interface Receiving {
  /** Takes the place of a call that was placed in vain. */
  readonly instead?: TakeOver | undefined;
  /** Of this one. */
  readonly maxBytes?: number;
}

/** Of a message that came by MESSAGE and goes in a session. */
export interface LongWay {
  readonly contacts: readonly Binding[];
  readonly readContent: ReadContent;
  readonly asked: OnRequest | undefined;
}

const SWEEP_MS = 3_600_000;
/** Younger ones may be on their way into a row. */
const ORPHAN_AGE_MS = 3_600_000;
const TAG_BITS = 64;
const CALL_ID_BITS = 128;

export class LargeMessages {
  readonly #ports: LargeMessagesPorts;
  readonly #receptions = new Set<Reception>();
  #sweeping: Cancel | undefined;

  constructor(ports: LargeMessagesPorts) {
    this.#ports = ports;
  }

  /** Before the first request is taken: what an earlier life had not finished goes. */
  async start(): Promise<void> {
    await this.#sweep(0);
    this.#schedule();
  }

  stop(): void {
    this.#sweeping?.();
    for (const reception of this.#receptions) reception.stop();
  }

  receive(
    passage: Passage,
    keep: Keep,
    { instead, maxBytes = this.#ports.maxBytes }: Receiving = {},
  ): Verdict {
    const { calls, media, contents, clock } = this.#ports;
    const { request, flow, originator } = passage;
    const { offer } = saidBy(request);
    if (offer === undefined || flow === undefined) return refused(refuse("no common media"));
    if ((offer.media.file?.selector.sizeBytes ?? 0) > maxBytes) return refused(refuse("too big"));
    const near: Towards = {
      key: "near",
      transport: flow.transport,
      local: flow.local,
      tagged: true,
    };
    const leave = this.#ports.receptions.enter(originator?.address ?? "");
    if (leave === undefined) return refused(refuse("too many sessions"));
    const reception: Reception = new Reception({
      clock,
      contents,
      maxBytes,
      keep,
      received: leave,
      over: () => {
        this.#receptions.delete(reception);
        leave();
      },
    });
    const author = originator?.user?.address;
    const rules: MediaRules = {
      admits: speakerOf(originator),
      maxBytes,
      mayBegin: () => author === undefined || this.#ports.mayWrite(author),
    };
    const end = media.end(near, rules, reception);
    if (end === undefined) {
      leave();
      return refused(refuse("unreachable"));
    }
    const face = faceTowards(calls, near, LARGE_FEATURES, (edit) => {
      edit.setText("Server", this.#ports.userAgent);
    });
    const incoming =
      instead === undefined
        ? calls.invited(passage, reception.owner, face)
        : instead(reception.owner);
    if (incoming === undefined) {
      end.close();
      leave();
    } else if (reception.begin(incoming, offer, end)) this.#receptions.add(reception);
    return { do: "taken" };
  }

  async bring(message: DeferredMessage, user: User, asked?: OnRequest): Promise<PushResult> {
    const { contents } = this.#ports;
    const way = asked?.way ?? this.#ports.way;
    const waiting = readWaiting(message);
    const reader = message.content === undefined ? undefined : await contents.open(message.content);
    if (waiting === undefined || reader === undefined) return "unreadable";
    try {
      const invite = this.#invite(waiting.request, message.attempts, asked);
      const able = way.bindings(invite, user).filter(({ imClient }) => imClient);
      const source = sourceOf(message, waiting.request, reader);
      const result = await bringTo(
        { user, contacts: largeFirst(able), invite, features: LARGE_FEATURES },
        {
          file: largeMessageFile(source.sizeBytes),
          acceptTypes: [CPIM],
          judge: judgePush,
          message: () => ({ contentType: CPIM, content: source.open() }), // IM-9.3.2.1-03
        },
        { ...this.#ports, way },
      );
      const { request, author } = waiting;
      const group = message.group === undefined ? undefined : request.get(ReferredBy);
      const copy = { user, direction: "received", request, author } as const;
      if (result === "delivered") {
        await this.#keepCopy({ ...copy, group: group && addressKey(group.uri) }, () =>
          octetsOf(message, waiting.request, reader),
        );
      }
      return result;
    } finally {
      await reader.close();
    }
  }

  /** For its author, whose message is kept for somebody else. */
  async keepSent(copy: Omit<LargeCopy, "direction" | "group">, { content }: Kept): Promise<void> {
    const reader = await this.#ports.contents.open(content);
    if (reader === undefined) return;
    try {
      await this.#keepCopy({ ...copy, direction: "sent", group: undefined }, () =>
        reader.read(0, reader.sizeBytes),
      );
    } finally {
      await reader.close();
    }
  }

  /** Failing costs the copy, and nothing else. */
  async #keepCopy(copy: LargeCopy, read: () => AsyncIterable<Uint8Array>): Promise<void> {
    try {
      await keepLarge(copy, this.#ports.recording, read);
    } catch (error) {
      this.#ports.log.warn("history not kept", { error: String(error) });
    }
  }

  /** All of a message that nobody has to wait for any more; undefined when it cannot be read. */
  async take({ content }: Kept): Promise<Uint8Array | undefined> {
    const { contents } = this.#ports;
    const reader = await contents.open(content);
    if (reader === undefined) return undefined;
    const pieces: Uint8Array[] = [];
    try {
      for await (const piece of reader.read(0, reader.sizeBytes)) pieces.push(piece.slice());
    } finally {
      await reader.close();
    }
    await contents.delete(content);
    return concatBytes(...pieces);
  }

  /** A message that came by MESSAGE, and is too long for the datagrams that these devices are reached by. RFC 3428 §8 */
  async bringLong(
    message: DeferredMessage,
    user: User,
    { contacts, readContent, asked }: LongWay,
  ): Promise<PushResult> {
    const waiting = readWaiting(message);
    if (waiting === undefined) return "unreadable";
    const content = inEnvelope(waiting.request, readContent(waiting.request));
    if (content === undefined) return "unfit";
    const invite = this.#invite(waiting.request, message.attempts, asked);
    return bringTo(
      { user, contacts: largeFirst(contacts), invite, features: LARGE_FEATURES },
      {
        file: largeMessageFile(content.length),
        acceptTypes: [CPIM],
        judge: judgeLongPush,
        message: () => ({ contentType: CPIM, content }),
      },
      this.#ports,
    );
  }

  /** After the row is gone. */
  async forget(messages: readonly DeferredMessage[]): Promise<void> {
    for (const { content, group } of messages) {
      // What many have been sent is swept away when none of them waits for it any more.
      if (content !== undefined && group === undefined) await this.#ports.contents.delete(content);
    }
  }

  #invite(kept: SipRequest, attempts: number, asked: OnRequest | undefined): SipRequest {
    const { random, userAgent } = this.#ports;
    const { from } = kept;
    const invite = kept
      .edit()
      .method("INVITE")
      .set(From, { ...from, params: from.params.with("tag", random.token(TAG_BITS)) })
      .set(CallId, random.token(CALL_ID_BITS))
      .set(CSeq, { number: attempts + 1, method: "INVITE" })
      .setText("Accept-Contact", ACCEPT_CONTACT_IM, ACCEPT_CONTACT_LARGE_MESSAGE)
      .setText("User-Agent", userAgent)
      .remove("Content-Type")
      .remove("Content-Encoding")
      .remove("Expires") // of the message, and none of the invitation. RFC 3261 §20.19
      .body(new Uint8Array(0));
    asked?.edit(invite);
    return invite.done();
  }

  #schedule(): void {
    this.#sweeping = this.#ports.clock.schedule(SWEEP_MS, () => {
      this.#sweep(ORPHAN_AGE_MS).catch((error: unknown) => {
        this.#ports.log.error("large messages not swept", { error: String(error) });
      });
      this.#schedule();
    });
  }

  /** Octets that no row names: of transfers that were cut, and of accounts that are gone. */
  async #sweep(ageMs: number): Promise<void> {
    const { contents, clock, referenced } = this.#ports;
    const before = clock.now() - ageMs;
    const old: string[] = [];
    for await (const { id, changedAt } of contents.entries()) if (changedAt <= before) old.push(id);
    if (old.length === 0) return;
    const named = new Set(await referenced());
    for (const id of old) if (!named.has(id)) await contents.delete(id);
  }
}

/** The envelope of a copy is its own, and stands in its row. */
function sourceOf(
  { group }: DeferredMessage,
  { body }: SipRequest,
  reader: ContentReader,
): { readonly sizeBytes: number; open(): MessageSource } {
  const { sizeBytes } = reader;
  if (group === undefined) return { sizeBytes, open: () => contentSource(reader) };
  const from = Math.min(START_BYTES, sizeBytes);
  return {
    sizeBytes: sizeBytes - from + body.length,
    open: () => contentSource(reader, { before: body, from }),
  };
}

async function* octetsOf(
  { group }: DeferredMessage,
  { body }: SipRequest,
  reader: ContentReader,
): AsyncIterable<Uint8Array> {
  if (group !== undefined) yield body;
  yield* reader.read(group === undefined ? 0 : START_BYTES, reader.sizeBytes);
}

function refused(refusal: Refusal): Verdict {
  return { do: "refuse", refusal };
}
