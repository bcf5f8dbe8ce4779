/** Writes into the history what becomes of files that are sent and offered. RFC 5547 */
import { type FileOffer, matchFile } from "@parlance/formats";
import type { Clock } from "@parlance/wire";
import { Turns } from "../../base/turns.ts";
import type { ClientStore } from "../../store/client-store.ts";
import {
  type FileRecipient,
  type FileRecord,
  isUnderWay,
  type ReceivedFileRecord,
  type SentFileRecord,
} from "../../store/file-record.ts";
import { keyOf, sentFileKey } from "../../store/record-keys.ts";
import {
  type FileReceipt,
  isNews,
  receiptOfAll,
  withReceipt,
  withRecipient,
} from "./file-receipts.ts";
import type { IncomingFile } from "./incoming-file.ts";
import type { SentFile } from "./sent-file.ts";

export interface FileRecorderPorts {
  readonly store: ClientStore;
  readonly clock: Clock;
  readonly report: (error: unknown) => void;
}

interface Sent {
  readonly file: SentFile;
  /** Address of whom it is for. */
  readonly conversation: string;
}

const MAX_LIVE = 1_000;
/** The application may still hold one; what is heard of it later is in the history. */
const OVER: ReadonlySet<SentFile["state"]> = new Set(["sent", "deferred", "delivered", "failed"]);

export class FileRecorder {
  readonly #ports: FileRecorderPorts;
  readonly #turns = new Turns();
  readonly #writing = new Set<Promise<void>>();
  /** Those that this program has sent, and of which more may be heard; others live in the store alone. */
  readonly #live = new Map<string, Sent>();
  /** Ids of those that an earlier one has left "deferred", by the message that says where they are. */
  readonly #announced = new Map<string, string>();

  /** Files of an earlier program that may go on, by their ids. */
  readonly unfinished = new Map<string, SentFileRecord>();

  constructor(ports: FileRecorderPorts) {
    this.#ports = ports;
  }

  /**
   * What was under way when the program before this one ended has ended with it; what the server keeps has not.
   * `resumes`: the application goes on with what was sent, or gives it up.
   */
  async restore(resumes: boolean): Promise<void> {
    const { store } = this.#ports;
    for (const record of await store.pending()) {
      if (record.direction === "sent") continue;
      if (record.messageId !== undefined) this.#announced.set(record.messageId, record.id);
      if (!isUnderWay(record)) continue;
      if (resumes && record.direction === "sent file" && record.resume !== undefined) {
        // What has been announced is there for whoever was told of it.
        const state = record.messageId === undefined ? "interrupted" : "sent";
        await store.change({ ...record, state });
        if (state === "interrupted") this.unfinished.set(record.id, { ...record, state });
        continue;
      }
      const failure = { code: "closed", status: undefined } as const;
      await store.change({ ...record, state: "failed", failure });
    }
  }

  /** What this returns writes it as it is then. `record`: the entry that it has already. */
  sent(file: SentFile, conversation: string, record?: SentFileRecord): () => void {
    const at = record?.at ?? this.#ports.clock.now();
    const keep = this.#follow(() => sentRecord(file, { conversation, at }), record?.order);
    file.on("state", () => void keep());
    file.on("recipients", () => void keep());
    this.#keepLive({ file, conversation });
    return () => void keep();
  }

  /** Nobody goes on with it. Resolves when that is kept. */
  async giveUp(record: SentFileRecord): Promise<void> {
    if (!this.unfinished.delete(record.id)) return;
    const failure = { code: "closed", status: undefined } as const;
    await this.#write(keyOf(record), () =>
      this.#ports.store.change({ ...record, state: "failed", failure }),
    );
  }

  /** `by`: the address of who is reported to have it, or not to get it. */
  async heard(messageId: string, receipt: FileReceipt, by: string): Promise<void> {
    const id = this.#announced.get(messageId) ?? messageId;
    const live = this.#live.get(id);
    if (live !== undefined) {
      if (live.conversation === by) live.file.heard(receipt);
      else live.file.heardOf(by, receipt);
      return;
    }
    await this.#write(sentFileKey(id), async () => {
      const record = await this.#ports.store.sentFile(id);
      if (record === undefined) return;
      const changed =
        record.conversation === by
          ? told(record, receipt)
          : toldOfOne(record, { address: by, state: receipt });
      if (changed !== record) await this.#ports.store.change(changed);
    });
  }

  /** Nothing more is heard of any. */
  end(): void {
    for (const { file } of this.#live.values())
      if (file.state === "deferred") file.unreported("closed");
    this.#live.clear();
  }

  /** From now on; the file counts as complete when this is written, too. */
  received(file: IncomingFile): void {
    const at = this.#ports.clock.now();
    const keep = this.#follow(() => receivedRecord(file, at));
    file.kept = keep;
    file.on("state", () => void keep());
  }

  /** Whether all of such a file is here, whatever its sender has heard of it. */
  async hasArrived(from: string, { transferId, selector }: FileOffer): Promise<boolean> {
    if (transferId === undefined) return false;
    const record = await this.#ports.store.receivedFile(transferId, from);
    if (record?.state !== "complete") return false;
    return matchFile({ ...selector, name: undefined }, record) === "match";
  }

  /** Resolves when all is written. */
  async idle(): Promise<void> {
    await Promise.all(this.#writing);
  }

  /** Writes it now, and as it is then whenever what this returns is called. */
  #follow(read: () => FileRecord, place?: number): () => Promise<void> {
    const { store } = this.#ports;
    const first = read();
    const key = keyOf(first);
    let order = place;
    const write = (work: () => Promise<void>): Promise<void> => this.#write(key, work);
    if (order === undefined)
      void write(async () => {
        const known = (await store.add(first)) ?? (await this.#known(first));
        order = known?.order;
        if (known?.state !== first.state) await change();
      });
    const change = async (): Promise<void> => {
      if (order !== undefined) await store.change({ ...read(), order });
    };
    return () => write(change);
  }

  #keepLive(sent: Sent): void {
    this.#live.set(sent.file.id, sent);
    if (this.#live.size <= MAX_LIVE) return;
    for (const [id, { file }] of this.#live) {
      if (!OVER.has(file.state)) continue;
      this.#live.delete(id);
      return;
    }
  }

  /** One that is taken once more has its entry already. */
  async #known(record: FileRecord): Promise<FileRecord | undefined> {
    if (record.direction === "sent file") return undefined;
    return this.#ports.store.receivedFile(record.id, record.from);
  }

  #write(key: string, work: () => Promise<void>): Promise<void> {
    const writing: Promise<void> = this.#turns
      .take(key, work)
      .catch(this.#ports.report)
      .finally(() => this.#writing.delete(writing));
    this.#writing.add(writing);
    return writing;
  }
}

function told(record: SentFileRecord, receipt: FileReceipt): SentFileRecord {
  if (receipt === "asked" || !isNews(record, receipt)) return record;
  return withReceipt(record, receipt);
}

function toldOfOne(record: SentFileRecord, one: FileRecipient): SentFileRecord {
  const { recipients: before = [], state } = record;
  const recipients = withRecipient(before, one);
  if (recipients === before) return record;
  const all = receiptOfAll(recipients);
  const changed = { ...record, recipients };
  return all === undefined || state === "delivered" ? changed : withReceipt(changed, all);
}

function sentRecord(
  file: SentFile,
  { conversation, at }: { readonly conversation: string; readonly at: number },
): SentFileRecord {
  const { state, resume, recipients } = file;
  return {
    direction: "sent file",
    state,
    conversation,
    at,
    ...commonOf(file),
    ...(resume === undefined ? {} : { resume }),
    ...(recipients.length === 0 ? {} : { recipients }),
  };
}

function receivedRecord(file: IncomingFile, at: number): ReceivedFileRecord {
  const { conversation, from, fromName, state, place } = file;
  return {
    direction: "received file",
    state,
    conversation,
    at,
    from,
    fromName,
    place,
    ...commonOf(file),
  };
}

function commonOf(file: SentFile | IncomingFile) {
  const { id, name, type, sizeBytes, hashes, via, messageId, failure } = file;
  const why = failure && { code: failure.code, status: failure.status };
  return { id, order: 0, name, type, sizeBytes, hashes, via, messageId, failure: why };
}
