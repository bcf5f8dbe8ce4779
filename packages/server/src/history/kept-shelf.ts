/** What is kept comes back to its owner when he asks for it: a message as it was, a session with all that was said in it. Clause 15.5, D-19 */
import {
  ACCEPT_CONTACT_IM,
  ACCEPT_CONTACT_LARGE_MESSAGE,
  CPIM,
  largeMessageFile,
} from "@parlance/im";
import {
  CallId,
  CSeq,
  From,
  MaxForwards,
  makeRequest,
  PAssertedIdentity,
  Params,
  parseUri,
  ReferredBy,
  type SipRequest,
  To,
} from "@parlance/sip";
import type { Random } from "@parlance/wire";
import {
  type BringPorts,
  bringTo,
  judgePush,
  LARGE_FEATURES,
  type PushResult,
} from "../bringing/index.ts";
import { largeFirst } from "../media/index.ts";
import type { User, Way } from "../ports/index.ts";
import type { Asked, Shelf } from "../referral/index.ts";
import type { FileContent, HistoryStore, RecordingStore } from "../store/index.ts";
import { idIn } from "./history-document.ts";
import { type KeptEnvelope, keptEnvelope } from "./kept-envelope.ts";
import { recordedSession } from "./recorded-session.ts";

export interface KeptShelfPorts {
  readonly store: Pick<HistoryStore, "find">;
  readonly recordings: Pick<RecordingStore, "find" | "messages">;
  readonly contents: FileContent | undefined;
  readonly way: Pick<Way, "deliver" | "onward">;
  /** Undefined: the server holds no sessions, and brings what fits into a message alone. */
  readonly sessions: Omit<BringPorts, "way"> | undefined;
  readonly random: Random;
  readonly now: () => number;
}

export interface KeptShelfOptions {
  /** Of the service, whom it comes from. */
  readonly address: string;
  readonly userAgent: string;
  /** From this size on it comes in a session. Clause 15.5 */
  readonly messageBytes: number;
}

const TAG_BITS = 64;
const CALL_ID_BITS = 128;
const BOUNDARY_BITS = 128;

export class KeptShelf implements Shelf {
  readonly #ports: KeptShelfPorts;
  readonly #options: KeptShelfOptions;

  constructor(ports: KeptShelfPorts, options: KeptShelfOptions) {
    this.#ports = ports;
    this.#options = options;
  }

  async find(
    { name }: User,
    references: readonly string[],
  ): Promise<readonly string[] | undefined> {
    const { store, recordings } = this.#ports;
    const ids: string[] = [];
    for (const reference of references) {
      const id = idIn(reference);
      if (id === undefined) return undefined;
      const known = (await store.find(name, id)) ?? (await recordings.find(name, id));
      if (known === undefined) return undefined;
      ids.push(id);
    }
    return ids;
  }

  async bring(user: User, id: string, asked: Asked): Promise<PushResult> {
    const envelope = await this.#envelope(user, id);
    if (envelope === undefined) return "unreadable";
    try {
      return await this.#send(user, envelope, asked);
    } finally {
      await envelope.close();
    }
  }

  async #envelope(user: User, id: string): Promise<KeptEnvelope | undefined> {
    const { store, recordings, contents, random, now } = this.#ports;
    const message = await store.find(user.name, id);
    if (message !== undefined) return keptEnvelope(message, contents);
    const recording = await recordings.find(user.name, id);
    if (recording === undefined) return undefined;
    const from = this.#options.address;
    const boundary = random.token(BOUNDARY_BITS);
    return recordedSession(
      recording,
      { from, to: user.address, boundary, now: now() },
      this.#ports,
    );
  }

  async #send(user: User, envelope: KeptEnvelope, asked: Asked): Promise<PushResult> {
    const { way, sessions } = this.#ports;
    const devices = asked.devices.filter(({ imClient }) => imClient);
    if (devices.length === 0) return "away";
    const { sizeBytes } = envelope;
    if (sizeBytes < this.#options.messageBytes) {
      const body = await envelope.bytes();
      const message = this.#request("MESSAGE", user, asked).edit().body(body, CPIM).done();
      return judgePush((await way.deliver(message, user, devices)).status);
    }
    if (sessions === undefined) return "unfit";
    const invite = this.#request("INVITE", user, asked);
    return bringTo(
      { user, contacts: largeFirst(devices), invite, features: LARGE_FEATURES },
      {
        file: largeMessageFile(sizeBytes),
        acceptTypes: [CPIM],
        judge: judgePush,
        message: () => ({ contentType: CPIM, content: envelope.open() }),
      },
      { ...sessions, way },
    );
  }

  #request(
    method: "MESSAGE" | "INVITE",
    { address }: User,
    { callId, service }: Asked,
  ): SipRequest {
    const { random } = this.#ports;
    const [to, from] = [parseUri(address), parseUri(this.#options.address)];
    const own = { name: undefined, uri: from, params: Params.none };
    return makeRequest(method, to, (edit) => {
      edit.set(MaxForwards, 70);
      edit.set(From, { ...own, params: Params.of(["tag", random.token(TAG_BITS)]) });
      edit.set(To, { name: undefined, uri: to, params: Params.none });
      edit.set(CallId, random.token(CALL_ID_BITS)).set(CSeq, { number: 1, method });
      edit.set(PAssertedIdentity, [own]);
      if (method === "MESSAGE") edit.setText("Accept-Contact", ACCEPT_CONTACT_IM);
      else edit.setText("Accept-Contact", ACCEPT_CONTACT_IM, ACCEPT_CONTACT_LARGE_MESSAGE);
      edit.set(ReferredBy, { ...own, uri: parseUri(service) });
      edit.setText("In-Reply-To", callId);
      edit.setText("User-Agent", this.#options.userAgent);
    });
  }
}
