/** Large messages that wait: taken while their user is away, brought when he is back. OMA IM 12.6, 14 */
import {
  ACCEPT_CONTACT_IM,
  ACCEPT_CONTACT_LARGE_MESSAGE,
  CPIM,
  largeMessageFile,
  type Refusal,
  refuse,
} from "@parlance/im";
import { CallId, CSeq, From, type SipRequest } from "@parlance/sip";
import type { Cancel, Clock, Random } from "@parlance/wire";
import { contentSource, faceTowards, largeFirst, saidBy, speakerOf } from "../../media/index.ts";
import type {
  Log,
  MediaRules,
  Passage,
  TakeOver,
  Towards,
  User,
  Verdict,
  Way,
} from "../../ports/index.ts";
import type { DeferredMessage } from "../../store/index.ts";
import { judgePush, type PushResult } from "../judge-push.ts";
import { readWaiting } from "../waiting-request.ts";
import { Bringing } from "./bringing.ts";
import type { Kept } from "./content-sink.ts";
import type { LargePorts } from "./ports.ts";
import { LARGE_FEATURES, Reception } from "./reception.ts";

export interface LargeMessagesPorts extends LargePorts {
  readonly way: Way;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly userAgent: string;
  /** All ids that rows name. */
  readonly referenced: () => Promise<readonly string[]>;
}

/** How a message is kept: the MSRP status for its sender. */
export type Keep = (kept: Kept) => Promise<number>;

/** A client that asks its user may take its time. */
const RING_MS = 100_000;
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

  receive(passage: Passage, keep: Keep, instead: TakeOver | undefined): Verdict {
    const { calls, media, maxBytes, contents, clock } = this.#ports;
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
    const reception: Reception = new Reception({
      clock,
      contents,
      maxBytes,
      keep,
      over: () => void this.#receptions.delete(reception),
    });
    const author = originator?.user?.address;
    const rules: MediaRules = {
      admits: speakerOf(originator),
      maxBytes,
      mayBegin: () => author === undefined || this.#ports.mayWrite(author),
    };
    const end = media.end(near, rules, reception);
    if (end === undefined) return refused(refuse("unreachable"));
    const face = faceTowards(calls, near, LARGE_FEATURES, (edit) => {
      edit.setText("Server", this.#ports.userAgent);
    });
    const incoming =
      instead === undefined
        ? calls.invited(passage, reception.owner, face)
        : instead(reception.owner);
    if (incoming === undefined) end.close();
    else if (reception.begin(incoming, offer, end)) this.#receptions.add(reception);
    return { do: "taken" };
  }

  async bring(message: DeferredMessage, user: User): Promise<PushResult> {
    const { contents, way, calls } = this.#ports;
    const waiting = readWaiting(message);
    const reader = message.content === undefined ? undefined : await contents.open(message.content);
    if (waiting === undefined || reader === undefined) return "unreadable";
    try {
      const invite = this.#invite(waiting.request, message.attempts);
      const able = way.bindings(invite, user).filter(({ imClient }) => imClient);
      const contacts = largeFirst(able);
      const [first] = contacts;
      if (first === undefined) return "away";
      const onward = way.onward(user, contacts);
      const [towards] = onward.targets;
      if (towards === undefined) return "away";
      const face = faceTowards(calls, towards, LARGE_FEATURES);
      const bringing = new Bringing(
        {
          file: largeMessageFile(reader.sizeBytes),
          acceptTypes: [CPIM],
          judge: judgePush,
          message: () => ({ contentType: CPIM, content: contentSource(reader) }),
        },
        {
          end: (to, endUser) => this.#ports.media.end(to, NOTHING_COMES, endUser),
          place: (owner, onwardUser) =>
            // The offer differs from device to device, but there is one from the start.
            calls.place(onwardUser.dress(invite, towards), onward.party, owner, {
              face,
              patienceMs: RING_MS,
              outlet: onward.outlet(onwardUser),
            }),
        },
      );
      return await bringing.run();
    } finally {
      await reader.close();
    }
  }

  /** After the row is gone. */
  async forget(messages: readonly DeferredMessage[]): Promise<void> {
    for (const { content } of messages) {
      if (content !== undefined) await this.#ports.contents.delete(content);
    }
  }

  #invite(kept: SipRequest, attempts: number): SipRequest {
    const { random, userAgent } = this.#ports;
    const { from } = kept;
    return kept
      .edit()
      .set(From, { ...from, params: from.params.with("tag", random.token(TAG_BITS)) })
      .set(CallId, random.token(CALL_ID_BITS))
      .set(CSeq, { number: attempts + 1, method: "INVITE" })
      .setText("Accept-Contact", ACCEPT_CONTACT_IM, ACCEPT_CONTACT_LARGE_MESSAGE)
      .setText("User-Agent", userAgent)
      .remove("Content-Type")
      .body(new Uint8Array(0))
      .done();
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

const NOTHING_COMES: MediaRules = { admits: () => false, maxBytes: 0, mayBegin: () => false };

function refused(refusal: Refusal): Verdict {
  return { do: "refuse", refusal };
}
