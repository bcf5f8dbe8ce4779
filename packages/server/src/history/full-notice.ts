/** Tells a user that there is no room for what he wants kept: one MESSAGE a day. OMA IM 13, clause 15.5 */
import { formatCpim, formatDateTime } from "@parlance/formats";
import { ACCEPT_CONTACT_IM, CPIM } from "@parlance/im";
import {
  CallId,
  CSeq,
  From,
  MaxForwards,
  makeRequest,
  Params,
  parseUri,
  type SipRequest,
  To,
} from "@parlance/sip";
import { type Clock, type Random, utf8Bytes } from "@parlance/wire";
import type { Log, User, Way } from "../ports/index.ts";

export interface FullNoticePorts {
  readonly way: Pick<Way, "bindings" | "deliver">;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export interface FullNoticeOptions {
  /** Of the service, whom it is from. */
  readonly address: string;
  readonly userAgent: string;
}

const DAY_MS = 86_400_000;
/** Users who have been told; the oldest is forgotten, and may hear it twice. */
const MOST_REMEMBERED = 10_000;
const TEXT = "There is no room left for your history: what you say and hear is not kept any more.";
const TAG_BITS = 64;
const CALL_ID_BITS = 128;

export class FullNotice {
  readonly #ports: FullNoticePorts;
  readonly #options: FullNoticeOptions;
  /** By account name, when. */
  readonly #told = new Map<string, number>();

  constructor(ports: FullNoticePorts, options: FullNoticeOptions) {
    this.#ports = ports;
    this.#options = options;
  }

  /** Nobody waits for it. Whoever has no device now hears of the next thing that is not kept. */
  tell(user: User): void {
    const { way, clock, log } = this.#ports;
    const now = clock.now();
    if (now - (this.#told.get(user.name) ?? Number.NEGATIVE_INFINITY) < DAY_MS) return;
    const message = this.#message(user, now);
    const devices = way.bindings(message, user).filter(({ tagged }) => tagged);
    if (devices.length === 0) return;
    this.#remember(user, now);
    way.deliver(message, user, devices).catch((error: unknown) => {
      log.warn("not told that there is no room", { error: String(error) });
    });
  }

  #remember({ name }: User, now: number): void {
    this.#told.delete(name);
    this.#told.set(name, now);
    if (this.#told.size <= MOST_REMEMBERED) return;
    for (const oldest of this.#told.keys()) {
      this.#told.delete(oldest);
      return;
    }
  }

  #message({ address }: User, now: number): SipRequest {
    const { random } = this.#ports;
    const [to, from] = [parseUri(address), parseUri(this.#options.address)];
    const envelope = formatCpim({
      from: { name: undefined, uri: this.#options.address },
      to: [{ name: undefined, uri: address }],
      cc: [],
      dateTime: formatDateTime(now),
      subjects: [],
      require: [],
      extensions: [],
      contentHeaders: [["Content-Type", "text/plain;charset=UTF-8"]],
      content: utf8Bytes(TEXT),
    });
    return makeRequest("MESSAGE", to, (edit) => {
      edit.set(MaxForwards, 70);
      edit.set(From, {
        name: undefined,
        uri: from,
        params: Params.of(["tag", random.token(TAG_BITS)]),
      });
      edit.set(To, { name: undefined, uri: to, params: Params.none });
      edit.set(CallId, random.token(CALL_ID_BITS)).set(CSeq, { number: 1, method: "MESSAGE" });
      edit.setText("Accept-Contact", ACCEPT_CONTACT_IM);
      edit.setText("User-Agent", this.#options.userAgent);
      edit.body(envelope, CPIM);
    });
  }
}
