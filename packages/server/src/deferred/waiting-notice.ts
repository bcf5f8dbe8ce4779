/** Tells a user who has nothing brought unasked that something waits: its list, in one MESSAGE for each registration. Clause 14.3 */
import {
  DEFERRED_LIST_TYPE,
  formatHistoryList,
  type HistoryEntry,
  parseHistoryList,
} from "@parlance/formats";
import { ACCEPT_CONTACT_IM } from "@parlance/im";
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
import type { Random } from "@parlance/wire";
import type { Log, ServerDocuments, User, Way } from "../ports/index.ts";

export interface WaitingNoticePorts {
  readonly way: Pick<Way, "bindings" | "deliver">;
  readonly list: Pick<ServerDocuments, "read">;
  /** He watches the list, and knows. */
  readonly watches: (user: User) => boolean;
  readonly random: Random;
  readonly log: Log;
}

export interface WaitingNoticeOptions {
  /** Of the service that keeps what waits: whom the message is from. */
  readonly address: string;
  readonly userAgent: string;
}

const MOST_TOLD = 20;
const MOST_BYTES = 1_300; // RFC 3428 §8
/** Users whose registration has been told; the oldest is forgotten, and may hear it twice. */
const MOST_REMEMBERED = 10_000;
const TAG_BITS = 64;
const CALL_ID_BITS = 128;

export class WaitingNotice {
  readonly #ports: WaitingNoticePorts;
  readonly #options: WaitingNoticeOptions;
  /** By account name: the contacts that have been told. */
  readonly #told = new Map<string, string>();

  constructor(ports: WaitingNoticePorts, options: WaitingNoticeOptions) {
    this.#ports = ports;
    this.#options = options;
  }

  /** Nobody waits for it. */
  tell(user: User): void {
    this.#tell(user).catch((error: unknown) => {
      this.#ports.log.warn("not told of what waits", { error: String(error) });
    });
  }

  async #tell(user: User): Promise<void> {
    const { way, list, watches } = this.#ports;
    const message = this.#message(user);
    const devices = way.bindings(message.done(), user).filter(({ tagged }) => tagged);
    const contacts = devices.map(({ id }) => id).join();
    if (devices.length === 0 || watches(user) || this.#told.get(user.name) === contacts) return;
    this.#remember(user, contacts);
    const document = await list.read(user);
    const read = document && parseHistoryList(document.bytes);
    if (read?.ok !== true) return;
    const { entries } = read.value;
    const body = newestOf(entries);
    if (body === EMPTY) message.setText("Subject", `${entries.length} messages are waiting`);
    await way.deliver(message.body(body, DEFERRED_LIST_TYPE).done(), user, devices);
  }

  #remember({ name }: User, contacts: string): void {
    this.#told.delete(name);
    this.#told.set(name, contacts);
    if (this.#told.size <= MOST_REMEMBERED) return;
    for (const oldest of this.#told.keys()) {
      this.#told.delete(oldest);
      return;
    }
  }

  #message({ address }: User) {
    const { random } = this.#ports;
    const [uri, from] = [parseUri(address), parseUri(this.#options.address)];
    const message: SipRequest = makeRequest("MESSAGE", uri, (edit) => {
      edit.set(MaxForwards, 70);
      edit.set(From, {
        name: undefined,
        uri: from,
        params: Params.of(["tag", random.token(TAG_BITS)]),
      });
      edit.set(To, { name: undefined, uri, params: Params.none });
      edit.set(CallId, random.token(CALL_ID_BITS)).set(CSeq, { number: 1, method: "MESSAGE" });
      edit.setText("Accept-Contact", ACCEPT_CONTACT_IM);
      edit.setText("User-Agent", this.#options.userAgent);
    });
    return message.edit();
  }
}

const EMPTY = formatHistoryList({ entries: [] });

/** As many as fit. */
function newestOf(entries: readonly HistoryEntry[]): Uint8Array {
  for (let most = MOST_TOLD; most > 0; most = Math.floor(most / 2)) {
    const body = formatHistoryList({ entries: entries.slice(-most) });
    if (body.length <= MOST_BYTES) return body;
  }
  return EMPTY;
}
