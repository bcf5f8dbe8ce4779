/** Takes MESSAGEs: refuses what it cannot read, keeps the rest, then answers 200, then reports. RFC 3428 §7, RFC 5438 §7.2 */
import {
  findImdns,
  formatCpim,
  makeImdn,
  parseCpim,
  parseImdnHeaders,
  type ReceivedImdn,
} from "@parlance/formats";
import { bodyKind, newMessageId } from "@parlance/im";
import {
  DateHeader,
  Expires,
  parseUri,
  type ServerTransaction,
  type SipRequest,
  Subject,
} from "@parlance/sip";
import type { Cancel, Clock, Inflate, Random } from "@parlance/wire";
import { ImError } from "../base/errors.ts";
import type { Requests } from "../connection/requests.ts";
import { bareMessage, type Sender } from "../sending/pager-message.ts";
import type { ClientStore, ReceiptKind, ReceivedRecord } from "../store/client-store.ts";
import type { ReceivedRecords } from "./received-records.ts";
import { isUnreadable, type Unpacked, type Unreadable, unpack } from "./received-request.ts";

export interface ReceiverPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly inflate: Inflate | undefined;
  readonly requests: Requests;
  readonly store: ClientStore;
  readonly records: ReceivedRecords;
  readonly sender: Sender;
  readonly report: (error: unknown) => void;
  /** A new message is in the store. */
  readonly arrived: (record: ReceivedRecord) => void;
  readonly composing: (from: string, content: Uint8Array) => void;
  readonly receipt: (receipt: ReceivedImdn, from: string) => Promise<void>;
}

const OWING_AT_ONCE = 50;
/** A receipt is tried again after 2, 4, 8 … s, and at every connection … */
const FIRST_WAIT_MS = 2_000;
const MAX_WAIT_MS = 300_000;
/** … but one that the server refuses only so many times. */
const MAX_REFUSALS = 9;

export class Receiver {
  readonly #ports: ReceiverPorts;
  #paying: Promise<void> | undefined;
  #again = false;
  #stopped = false;
  #failures = 0;
  #refusals = 0;
  #retry: Cancel = () => {};

  constructor(ports: ReceiverPorts) {
    this.#ports = ports;
  }

  async take(request: SipRequest, transaction: ServerTransaction): Promise<void> {
    const unpacked = unpack(request, this.#ports.inflate);
    if (isUnreadable(unpacked)) return refuse(transaction, unpacked);
    switch (bodyKind(unpacked.contentType)) {
      case "composing":
        transaction.reply(200);
        return this.#ports.composing(unpacked.from, unpacked.content);
      case "receipt":
        return this.#takeReceipts(unpacked, transaction);
      case "notice":
        return transaction.reply(200);
      case "message":
        if (holdsReceipts(unpacked)) return this.#takeReceipts(unpacked, transaction);
        return this.#takeMessage(request, unpacked, transaction);
    }
  }

  /** The user has seen it. */
  async displayed(id: string, from: string): Promise<void> {
    const changed = await this.#ports.records.change(id, from, (record) => {
      if (record.displayed) return undefined;
      const owed: ReceiptKind[] = record.wants.includes("displayed") ? ["displayed"] : [];
      return { ...record, displayed: true, owed: [...record.owed, ...owed] };
    });
    if (changed) this.payReceipts();
  }

  /** Sends the receipts that are owed, oldest first; those that fail wait for the next occasion. */
  payReceipts(): void {
    if (this.#stopped) return;
    this.#again = true;
    this.#paying ??= this.#payAll()
      .catch(this.#ports.report)
      .finally(() => {
        this.#paying = undefined;
        if (this.#again) this.payReceipts();
      });
  }

  /** Resolves when no receipt is under way. */
  async idle(): Promise<void> {
    await this.#paying;
  }

  /** Sends nothing any more by itself. */
  stop(): void {
    this.#stopped = true;
    this.#retry();
  }

  async #takeReceipts(unpacked: Unpacked, transaction: ServerTransaction): Promise<void> {
    const found = findImdns({ headers: unpacked.headers, content: unpacked.content });
    if (!found.ok) return refuse(transaction, { status: 400, reason: "Bad message/imdn+xml" });
    for (const receipt of found.value) await this.#ports.receipt(receipt, unpacked.from);
    transaction.reply(200);
  }

  async #takeMessage(
    request: SipRequest,
    unpacked: Unpacked,
    transaction: ServerTransaction,
  ): Promise<void> {
    const now = this.#ports.clock.now();
    const record = received(request, unpacked, now);
    if (isOver(request, now)) return this.#takeLate(record, transaction);
    const kept = await this.#ports.store.add(record);
    transaction.reply(200); // only now: what is answered is kept
    if (kept !== undefined) this.#ports.arrived(kept);
    this.payReceipts();
  }

  /** Its time is over: it is not shown. Nobody is told that all is well before its author knows. RFC 3428 §7 */
  async #takeLate(record: ReceivedRecord, transaction: ServerTransaction): Promise<void> {
    const { store } = this.#ports;
    const known = (await store.received(record.id, record.from)) !== undefined;
    const report = known ? undefined : this.#receiptRequest(record, "failed");
    const outcome = await this.#send(report);
    transaction.reply(outcome === "paid" ? 200 : 480);
  }

  async #payAll(): Promise<void> {
    this.#retry();
    while (this.#again) {
      this.#again = false;
      for (const record of await this.#ports.store.owing(OWING_AT_ONCE)) {
        const outcome = await this.#pay(record);
        if (outcome !== "paid") return this.#retryLater(outcome);
        this.#failures = 0;
        this.#refusals = 0;
        this.#again = true;
      }
    }
  }

  async #pay(record: ReceivedRecord): Promise<"paid" | "later" | "no server"> {
    for (const kind of record.owed) {
      const outcome = await this.#send(this.#receiptRequest(record, kind));
      if (outcome === "no server") return outcome;
      if (outcome === "later" && this.#refusals < MAX_REFUSALS) return outcome;
      await this.#ports.records.change(record.id, record.from, (now) => ({
        ...now,
        owed: now.owed.filter((each) => each !== kind),
      }));
    }
    return "paid";
  }

  async #send(request: SipRequest | undefined): Promise<"paid" | "later" | "no server"> {
    if (request === undefined) return "paid";
    try {
      const { status } = await this.#ports.requests.send(request);
      return status >= 500 || status === 408 || status === 480 ? "later" : "paid";
    } catch (error) {
      if (!(error instanceof ImError)) throw error;
      if (error.code === "too large") return "later"; // the stream that it needs is not there now
      if (error.temporary || error.code === "closed") return "no server";
      this.#ports.report(error);
      return "paid";
    }
  }

  #retryLater(outcome: "later" | "no server"): void {
    const waitMs = Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#failures);
    this.#failures += 1;
    if (outcome === "later") this.#refusals += 1;
    this.#again = false;
    if (this.#stopped) return; // what was under way at the end is owed until the next start
    this.#retry = this.#ports.clock.schedule(waitMs, () => this.payReceipts());
  }

  #receiptRequest(record: ReceivedRecord, kind: ReceiptKind | "failed"): SipRequest | undefined {
    const cpim = record.envelope === undefined ? undefined : parseCpim(record.envelope);
    if (cpim === undefined || !cpim.ok) return undefined;
    const { clock, random, sender } = this.#ports;
    const now = clock.now();
    const imdn = makeImdn(cpim.value, {
      notification:
        kind === "displayed"
          ? { kind: "display", status: "displayed" }
          : { kind: "delivery", status: kind },
      from: { name: undefined, uri: sender.address },
      recipientUri: sender.address,
      messageId: newMessageId(random),
      now,
    });
    if (imdn === undefined) return undefined;
    const body = { type: "message/cpim", bytes: formatCpim(imdn.message) };
    return bareMessage(parseUri(imdn.target), body, sender, { random, now });
  }
}

function received(request: SipRequest, unpacked: Unpacked, now: number): ReceivedRecord {
  const { cpim } = unpacked;
  const asked = cpim === undefined ? undefined : parseImdnHeaders(cpim);
  const headers = asked?.ok ? asked.value : undefined;
  const wants: ReceiptKind[] = [];
  if (headers?.requests.has("positive-delivery")) wants.push("delivered");
  if (headers?.requests.has("display")) wants.push("displayed");
  return {
    direction: "received",
    // Call-ID and tags come again after a client's restart, but not within one of its dialogs.
    id: headers?.messageId ?? `${request.callId} ${request.from.params.get("tag") ?? ""}`,
    conversation: unpacked.conversation,
    order: 0,
    at: now,
    contentType: unpacked.contentType,
    content: unpacked.content,
    from: unpacked.from,
    fromName: unpacked.fromName,
    writtenAt: unpacked.writtenAt,
    subject: cpim?.subjects[0]?.text ?? request.get(Subject),
    seen: false,
    displayed: false,
    wants,
    owed: wants.filter((kind) => kind === "delivered"),
    envelope: unpacked.envelope,
  };
}

/** Several notifications may come as the parts of one body. RFC 5438 §8.3 */
function holdsReceipts({ headers, content, contentType }: Unpacked): boolean {
  if (!contentType.toLowerCase().startsWith("multipart/")) return false;
  const found = findImdns({ headers, content });
  return found.ok && found.value.length > 0;
}

function isOver(request: SipRequest, now: number): boolean {
  const seconds = request.get(Expires);
  const written = request.get(DateHeader);
  return seconds !== undefined && written !== undefined && written + seconds * 1000 < now;
}

function refuse(
  transaction: ServerTransaction,
  { status, reason, headers = [] }: Unreadable,
): void {
  transaction.reply(status, reason, (edit) => {
    for (const [name, value] of headers) edit.setText(name, value);
  });
}
