/** Takes MESSAGEs: refuses what it cannot read, keeps the rest, then answers 200, then reports. RFC 3428 §7, RFC 5438 §7.2 */
import {
  type Entity,
  findImdns,
  formatCpim,
  makeImdn,
  parseCpim,
  parseImdnHeaders,
  type ReceivedImdn,
} from "@parlance/formats";
import { type BodyKind, bodyKind, newMessageId } from "@parlance/im";
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
import {
  type ClientStore,
  isInRoom,
  type ReceiptKind,
  type ReceivedRecord,
} from "../store/client-store.ts";
import type { ReceivedRecords } from "./received-records.ts";
import {
  isUnreadable,
  type Origin,
  type Unpacked,
  type Unreadable,
  unpack,
  unpackEntity,
} from "./received-request.ts";

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
  /** It points to a file that lies ready here: its sender means the file, and hears of it when that has been fetched. */
  readonly announcesFile: (record: ReceivedRecord) => boolean;
  readonly composing: (
    by: { readonly from: string; readonly conversation: string },
    content: Uint8Array,
  ) => void;
  readonly receipt: (receipt: ReceivedImdn, from: string) => Promise<void>;
  /** Brings a receipt to this address in a session that is open with it; false when none is, or it came to nothing. */
  readonly inSession: (address: string, receipt: Uint8Array) => Promise<boolean>;
  /** The group that is at this address for us, if we are in it or on the way back. */
  readonly room: (address: string) => ReceiptRoom | undefined;
}

/** What is read in a group is told in it, and nowhere else: outside of it nobody may learn who has read it. */
export interface ReceiptRoom {
  /** Who we are in it. */
  readonly own: string;
  readonly isOpen: boolean;
  /** True when it has the receipt, or will never take it. */
  sendReceipt(cpim: Uint8Array): Promise<boolean>;
}

/** `wait`: what it needs will tell when it is there. */
type Paid = "paid" | "later" | "no server" | "wait";

/** What a message of a session is known by where its sender gives it no id, and what its session is about. */
export interface InSession extends Origin {
  readonly id: string;
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
    switch (kindOf(unpacked)) {
      case "composing":
        transaction.reply(200);
        return this.#ports.composing(unpacked, unpacked.content);
      case "receipt": {
        const taken = await this.#takeReceipts(unpacked);
        return taken
          ? transaction.reply(200)
          : refuse(transaction, { status: 400, reason: "Bad message/imdn+xml" });
      }
      case "notice":
        return transaction.reply(200);
      case "message":
        return this.#takeMessage(request, unpacked, transaction);
    }
  }

  /** What came in a session: the status of MSRP that it deserves. IM-7.1.3.3-P1 */
  async takeInSession(entity: Entity, of: InSession): Promise<number> {
    const unpacked = unpackEntity(entity, of);
    if (isUnreadable(unpacked)) return unpacked.status;
    switch (kindOf(unpacked)) {
      case "composing":
        if (of.own !== true) this.#ports.composing(unpacked, unpacked.content); // IM-7.1.3.5-01
        return 200;
      case "receipt":
        return (await this.#takeReceipts(unpacked)) ? 200 : 400;
      case "notice":
        return 200;
      case "message": {
        const record = received(unpacked, of.id, this.#ports.clock.now());
        // What was said here comes back from a group that does not know which device had it already.
        const inGroup = of.own === true || (of.reach ?? "direct") !== "direct";
        if (inGroup && (await this.#ports.store.sent(record.id)) !== undefined) return 200;
        await this.#keep(record);
        return 200; // only now: what is answered is kept
      }
    }
  }

  /** The user has seen it. */
  async displayed(id: string, from: string): Promise<void> {
    const changed = await this.#ports.records.change(id, from, (record) => {
      if (record.displayed) return undefined;
      if (record.unfetched) return { ...record, displayed: true };
      const owed: ReceiptKind[] = record.wants.includes("displayed") ? ["displayed"] : [];
      return { ...record, displayed: true, owed: [...record.owed, ...owed] };
    });
    if (changed) this.payReceipts();
  }

  /** What it points to is here. */
  async fetched(id: string, from: string): Promise<void> {
    const changed = await this.#ports.records.change(id, from, (record) => {
      if (!record.unfetched) return undefined;
      const due = (kind: ReceiptKind): boolean => kind === "delivered" || record.displayed;
      return { ...record, unfetched: false, owed: record.wants.filter(due) };
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

  /** False when they cannot be read. */
  async #takeReceipts({ headers, content, from }: Unpacked): Promise<boolean> {
    const found = findImdns({ headers, content });
    if (!found.ok) return false;
    for (const receipt of found.value) await this.#ports.receipt(receipt, from);
    return true;
  }

  async #takeMessage(
    request: SipRequest,
    unpacked: Unpacked,
    transaction: ServerTransaction,
  ): Promise<void> {
    const now = this.#ports.clock.now();
    // Call-ID and tags come again after a client's restart, but not within one of its dialogs.
    const id = `${request.callId} ${request.from.params.get("tag") ?? ""}`;
    const made = received(unpacked, id, now);
    const record = { ...made, subject: made.subject ?? request.get(Subject) };
    if (isOver(request, now)) return this.#takeLate(record, transaction);
    const kept = await this.#keep(record);
    if (!kept) await this.#owe(record);
    transaction.reply(200); // only now: what is answered is kept
    this.payReceipts();
  }

  /** False when it was there already. */
  async #keep(record: ReceivedRecord): Promise<boolean> {
    const waits = record.own !== true && !isInRoom(record) && this.#ports.announcesFile(record);
    const kept = await this.#ports.store.add(
      waits ? { ...record, owed: [], unfetched: true } : record,
    );
    if (kept === undefined) return false;
    this.#ports.arrived(kept);
    this.payReceipts();
    return true;
  }

  /** One that came in a session first was reported there; the copy may ask in its own way. RFC 5438 §7.2 */
  async #owe({ id, from, wants, envelope }: ReceivedRecord): Promise<void> {
    if (!wants.includes("delivered")) return;
    await this.#ports.records.change(id, from, (record) => {
      if (record.wants.includes("delivered")) return undefined; // reported once
      return {
        ...record,
        wants: [...record.wants, "delivered"],
        owed: record.unfetched ? record.owed : [...record.owed, "delivered"],
        envelope,
      };
    });
  }

  /** Its time is over: it is not shown. Nobody is told that all is well before its author knows. RFC 3428 §7 */
  async #takeLate(record: ReceivedRecord, transaction: ServerTransaction): Promise<void> {
    const { store } = this.#ports;
    const known = (await store.received(record.id, record.from)) !== undefined;
    const report = known ? undefined : this.#receipt(record, "failed");
    const outcome = await this.#sendReceipt(report);
    transaction.reply(outcome === "paid" ? 200 : 480);
  }

  async #payAll(): Promise<void> {
    this.#retry();
    while (this.#again) {
      this.#again = false;
      for (const record of await this.#ports.store.owing(OWING_AT_ONCE)) {
        const outcome = await this.#pay(record);
        if (outcome === "wait") continue;
        if (outcome !== "paid") return this.#retryLater(outcome);
        this.#failures = 0;
        this.#refusals = 0;
        this.#again = true;
      }
    }
  }

  async #pay(record: ReceivedRecord): Promise<Paid> {
    for (const kind of record.owed) {
      const outcome = isInRoom(record)
        ? await this.#payInRoom(record, kind)
        : await this.#sendReceipt(this.#receipt(record, kind));
      if (outcome === "no server" || outcome === "wait") return outcome;
      if (outcome === "later" && this.#refusals < MAX_REFUSALS) return outcome;
      await this.#ports.records.change(record.id, record.from, (now) => ({
        ...now,
        owed: now.owed.filter((each) => each !== kind),
      }));
    }
    return "paid";
  }

  /** A group that we are in no more hears nothing of us. */
  async #payInRoom(record: ReceivedRecord, kind: ReceiptKind): Promise<Paid> {
    const room = this.#ports.room(record.conversation);
    if (room === undefined) return "paid";
    if (!room.isOpen) return "wait";
    const receipt = this.#receipt(record, kind, room.own);
    if (receipt === undefined) return "paid";
    return (await room.sendReceipt(receipt.bytes)) ? "paid" : "wait";
  }

  async #sendReceipt(receipt: Receipt | undefined): Promise<"paid" | "later" | "no server"> {
    if (receipt === undefined) return "paid";
    const { clock, random, sender, requests, inSession } = this.#ports;
    const { target, bytes } = receipt;
    if (await inSession(target, bytes)) return "paid";
    const body = { type: "message/cpim", bytes };
    const request = bareMessage(parseUri(target), body, sender, { random, now: clock.now() });
    try {
      const { status } = await requests.send(request);
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

  #receipt(
    record: ReceivedRecord,
    kind: ReceiptKind | "failed",
    own = this.#ports.sender.address,
  ): Receipt | undefined {
    const cpim = record.envelope === undefined ? undefined : parseCpim(record.envelope);
    if (cpim === undefined || !cpim.ok) return undefined;
    const { clock, random } = this.#ports;
    const imdn = makeImdn(cpim.value, {
      notification:
        kind === "displayed"
          ? { kind: "display", status: "displayed" }
          : { kind: "delivery", status: kind },
      from: { name: undefined, uri: own },
      recipientUri: own,
      messageId: newMessageId(random),
      now: clock.now(),
    });
    return imdn && { target: imdn.target, bytes: formatCpim(imdn.message) };
  }
}

interface Receipt {
  /** Whom it is for, or who brings it there. */
  readonly target: string;
  /** message/cpim */
  readonly bytes: Uint8Array;
}

/** `id`: for one whose sender gives it none. */
function received(unpacked: Unpacked, id: string, now: number): ReceivedRecord {
  const { cpim } = unpacked;
  const read = cpim === undefined ? undefined : parseImdnHeaders(cpim);
  const asked = read?.ok ? read.value : undefined;
  const wants: ReceiptKind[] = [];
  if (asked?.requests.has("positive-delivery")) wants.push("delivered");
  if (asked?.requests.has("display")) wants.push("displayed");
  return {
    direction: "received",
    id: asked?.messageId ?? id,
    conversation: unpacked.conversation,
    order: 0,
    at: now,
    contentType: unpacked.contentType,
    content: unpacked.content,
    disposition: unpacked.disposition,
    from: unpacked.from,
    fromName: unpacked.fromName,
    writtenAt: unpacked.writtenAt,
    subject: cpim?.subjects[0]?.text,
    ...(unpacked.reach === undefined ? {} : { reach: unpacked.reach }),
    ...(unpacked.privateTo === undefined ? {} : { privateTo: unpacked.privateTo }),
    ...(unpacked.own === true ? { own: true } : {}),
    seen: false,
    displayed: false,
    wants,
    owed: wants.filter((kind) => kind === "delivered"),
    envelope: unpacked.envelope,
  };
}

function kindOf(unpacked: Unpacked): BodyKind {
  return holdsReceipts(unpacked) ? "receipt" : bodyKind(unpacked.contentType);
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
