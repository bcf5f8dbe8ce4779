/** IMDN accounting over the worker. */
import type {
  DispositionReport,
  ImdnStore,
  ReportKey,
  ReportOutcome,
  SentMessage,
  SentMessageState,
} from "@parlance/server";
import { listText, type Row, RowReader } from "../rows.ts";
import type { StoreWorker } from "../store-worker.ts";
import type { SentMessageRows } from "../tables/imdn.ts";

export class SqliteImdn implements ImdnStore {
  readonly #worker: StoreWorker;

  constructor(worker: StoreWorker) {
    this.#worker = worker;
  }

  open(message: SentMessage): Promise<"opened" | "known"> {
    return this.#worker.call("openImdn", messageRow(message));
  }

  report(messageId: string, author: string, report: DispositionReport): Promise<ReportOutcome> {
    const { recipient, kind, status, receivedAt, bytes } = report;
    const columns = [kind, status, receivedAt];
    return this.#worker.call("reportImdn", author, messageId, recipient, columns, bytes);
  }

  async find(messageId: string, author: string): Promise<SentMessageState | undefined> {
    const rows = await this.#worker.call("findImdn", author, messageId);
    return rows && readState(rows);
  }

  async due(now: number, limit: number): Promise<readonly SentMessageState[]> {
    return (await this.#worker.call("dueImdn", now, limit)).map(readState);
  }

  passedOn(
    messageId: string,
    author: string,
    reports: readonly ReportKey[],
    deadline: number,
  ): Promise<void> {
    const keys = reports.map(({ recipient, kind, status }) => [recipient, kind, status]);
    return this.#worker.call("passedOnImdn", author, messageId, keys, deadline);
  }

  close(messageId: string, author: string): Promise<void> {
    return this.#worker.call("closeImdn", author, messageId);
  }

  removeOf(author: string, limit: number): Promise<number> {
    return this.#worker.call("removeImdnOf", author, limit);
  }

  forgetRecipient(recipient: string, limit: number): Promise<number> {
    return this.#worker.call("forgetImdnRecipient", recipient, limit);
  }

  expire(now: number, limit: number): Promise<number> {
    return this.#worker.call("expireImdn", now, limit);
  }
}

function messageRow(message: SentMessage): Row {
  const { messageId, author, recipients, context, sentAt, deadline, expiresAt } = message;
  return [messageId, author, listText(recipients), context, sentAt, deadline, expiresAt];
}

function readState([message, reports, delivered]: SentMessageRows): SentMessageState {
  return { message: readMessage(message), reports: reports.map(readReport), delivered };
}

function readMessage(columns: Row): SentMessage {
  const row = new RowReader(columns);
  return {
    messageId: row.text(),
    author: row.text(),
    recipients: row.texts(),
    context: row.text(),
    sentAt: row.number(),
    deadline: row.number(),
    expiresAt: row.number(),
  };
}

function readReport(columns: Row): DispositionReport {
  const row = new RowReader(columns);
  return {
    recipient: row.text(),
    kind: row.word(["delivery", "processing", "display"]),
    status: row.text(),
    receivedAt: row.number(),
    bytes: row.bytes(),
  };
}
