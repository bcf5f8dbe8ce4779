/** IMDN accounting in memory. */
import {
  corrects,
  type DispositionReport,
  type ImdnStore,
  type ReportKey,
  type ReportOutcome,
  type SentMessage,
  type SentMessageState,
} from "../imdn.ts";
import type { Ledger } from "./ledger.ts";

/** A sent message with every report that came; those passed on have lost their content. */
export interface ImdnRecord {
  readonly message: SentMessage;
  readonly reports: readonly ReceivedReport[];
}

interface ReceivedReport {
  readonly report: DispositionReport;
  readonly passedOn: boolean;
}

export class MemoryImdn implements ImdnStore {
  readonly #ledger: Ledger;
  readonly #records = new Map<string, ImdnRecord>();

  constructor(ledger: Ledger, records: readonly ImdnRecord[]) {
    this.#ledger = ledger;
    for (const record of records) this.#keep(record);
  }

  records(): readonly ImdnRecord[] {
    return [...this.#records.values()];
  }

  open(message: SentMessage): Promise<"opened" | "known"> {
    return this.#ledger.change(() => {
      if (this.#records.has(keyOf(message.messageId, message.author))) return "known";
      this.#keep({ message, reports: [] });
      return "opened";
    });
  }

  report(messageId: string, author: string, report: DispositionReport): Promise<ReportOutcome> {
    return this.#ledger.change(() => {
      const record = this.#records.get(keyOf(messageId, author));
      if (record === undefined || !record.message.recipients.includes(report.recipient))
        return "unknown";
      const earlier = record.reports.find((one) => isOfSameKind(one.report, report));
      if (earlier !== undefined && !corrects(report.status, earlier.report.status))
        return "duplicate";
      const kept = { report: { ...report, bytes: report.bytes.slice() }, passedOn: false };
      const reports =
        earlier === undefined
          ? [...record.reports, kept]
          : record.reports.map((one) => (one === earlier ? kept : one));
      this.#keep({ ...record, reports });
      return earlier === undefined ? "recorded" : "corrected";
    });
  }

  find(messageId: string, author: string): Promise<SentMessageState | undefined> {
    return this.#ledger.read(() => {
      const record = this.#records.get(keyOf(messageId, author));
      return record && stateOf(record);
    });
  }

  due(now: number, limit: number): Promise<readonly SentMessageState[]> {
    return this.#ledger.read(() =>
      this.records()
        .filter(({ message }) => message.deadline <= now)
        .sort((a, b) => a.message.deadline - b.message.deadline)
        .slice(0, limit)
        .map(stateOf),
    );
  }

  passedOn(
    messageId: string,
    author: string,
    reports: readonly ReportKey[],
    deadline: number,
  ): Promise<void> {
    return this.#ledger.change(() => {
      const record = this.#records.get(keyOf(messageId, author));
      if (record === undefined) return;
      const kept = record.reports.map((received) =>
        reports.some((gone) => isSame(gone, received.report))
          ? { report: { ...received.report, bytes: new Uint8Array(0) }, passedOn: true }
          : received,
      );
      this.#keep({ message: { ...record.message, deadline }, reports: kept });
    });
  }

  close(messageId: string, author: string): Promise<void> {
    return this.#ledger.change(() => {
      this.#records.delete(keyOf(messageId, author));
    });
  }

  removeOf(author: string, limit: number): Promise<number> {
    return this.#ledger.change(() => {
      const gone = this.records()
        .filter(({ message }) => message.author === author || message.context === author)
        .slice(0, limit);
      for (const { message } of gone)
        this.#records.delete(keyOf(message.messageId, message.author));
      return gone.length;
    });
  }

  forgetRecipient(recipient: string, limit: number): Promise<number> {
    return this.#ledger.change(() => {
      const his = this.records()
        .filter(({ message }) => message.recipients.includes(recipient))
        .slice(0, limit);
      for (const record of his) this.#forgetIn(record, recipient);
      return his.length;
    });
  }

  expire(now: number, limit: number): Promise<number> {
    return this.#ledger.change(() => {
      const gone = this.records()
        .filter(({ message }) => message.expiresAt <= now)
        .slice(0, limit);
      for (const { message } of gone)
        this.#records.delete(keyOf(message.messageId, message.author));
      return gone.length;
    });
  }

  /** Without that recipient, and without the message when there is no other. */
  #forgetIn({ message, reports }: ImdnRecord, recipient: string): void {
    const recipients = message.recipients.filter((one) => one !== recipient);
    this.#records.delete(keyOf(message.messageId, message.author));
    if (recipients.length === 0) return;
    const left = reports.filter(({ report }) => report.recipient !== recipient);
    this.#keep({ message: { ...message, recipients }, reports: left });
  }

  #keep(record: ImdnRecord): void {
    this.#records.set(keyOf(record.message.messageId, record.message.author), record);
  }
}

function stateOf({ message, reports }: ImdnRecord): SentMessageState {
  return {
    message,
    reports: reports.filter(({ passedOn }) => !passedOn).map(({ report }) => report),
    delivered: reports.filter(({ report }) => report.kind === "delivery").length,
  };
}

function isSame(a: ReportKey, b: ReportKey): boolean {
  return isOfSameKind(a, b) && a.status === b.status;
}

function isOfSameKind(a: ReportKey, b: ReportKey): boolean {
  return a.recipient === b.recipient && a.kind === b.kind;
}

/** The length in front keeps two pairs apart whatever characters they hold. */
function keyOf(messageId: string, author: string): string {
  return `${messageId.length}:${messageId}${author}`;
}
