/** Waiting messages in memory: one sorted mailbox a user. */
import type {
  DeferredAttempt,
  DeferredEntry,
  DeferredMessage,
  DeferredQuota,
  DeferredStore,
  DeferredUsage,
} from "../deferred.ts";
import type { Ledger } from "./ledger.ts";
import { compareText, position } from "./order.ts";

interface Mailbox {
  readonly messages: DeferredMessage[];
  bytes: number;
}

const NOTHING: Readonly<Mailbox> = { messages: [], bytes: 0 };

export class MemoryDeferred implements DeferredStore {
  readonly #ledger: Ledger;
  readonly #mailboxes = new Map<string, Mailbox>();

  constructor(ledger: Ledger, messages: readonly DeferredMessage[]) {
    this.#ledger = ledger;
    for (const message of messages) this.#insert(this.#open(message.recipient), message);
  }

  records(): readonly DeferredMessage[] {
    return [...this.#mailboxes.values()].flatMap((mailbox) => mailbox.messages);
  }

  add(message: DeferredMessage, quota: DeferredQuota): Promise<"stored" | "known" | "over quota"> {
    return this.#ledger.change(() => {
      const mailbox = this.#open(message.recipient);
      if (at(mailbox, message.id) !== undefined) return "known";
      const bytes = mailbox.bytes + storedBytes(message);
      if (mailbox.messages.length >= quota.messages || bytes > quota.bytes) return "over quota";
      // A copy: what came in may be a small view of a large receive buffer.
      this.#insert(mailbox, { ...message, bytes: message.bytes.slice() });
      return "stored";
    });
  }

  page(
    recipient: string,
    after: string | undefined,
    limit: number,
  ): Promise<readonly DeferredMessage[]> {
    return this.#ledger.read(() => {
      const { messages } = this.#read(recipient);
      const from = after === undefined ? 0 : firstAfter(messages, after);
      return messages.slice(from, from + limit);
    });
  }

  async list(
    recipient: string,
    after: string | undefined,
    limit: number,
  ): Promise<readonly DeferredEntry[]> {
    const messages = await this.page(recipient, after, limit);
    return messages.map(entryOf);
  }

  find(recipient: string, id: string): Promise<DeferredMessage | undefined> {
    return this.#ledger.read(() => at(this.#read(recipient), id));
  }

  remove(recipient: string, ids: readonly string[]): Promise<number> {
    return this.#ledger.change(() => {
      const gone = new Set(ids);
      return this.#keepOnly(recipient, (message) => !gone.has(message.id));
    });
  }

  removeAll(recipient: string): Promise<number> {
    return this.#ledger.change(() => this.#keepOnly(recipient, () => false));
  }

  markAttempt(recipient: string, id: string, attempt: DeferredAttempt): Promise<boolean> {
    return this.#ledger.change(() => {
      const { messages } = this.#read(recipient);
      const index = position(messages, id, idOf);
      const message = messages[index];
      if (message?.id !== id) return false;
      const { attempts, nextAttemptAt, poisoned } = attempt;
      messages[index] = { ...message, attempts, nextAttemptAt, poisoned };
      return true;
    });
  }

  expired(now: number, limit: number): Promise<readonly DeferredMessage[]> {
    return this.#ledger.read(() =>
      this.records()
        .filter((message) => message.expiresAt <= now)
        .sort((a, b) => a.expiresAt - b.expiresAt)
        .slice(0, limit),
    );
  }

  usage(recipient: string): Promise<DeferredUsage> {
    return this.#ledger.read(() => {
      const { messages, bytes } = this.#read(recipient);
      return { messages: messages.length, bytes };
    });
  }

  mostUsed(): Promise<DeferredUsage> {
    return this.#ledger.read(() => {
      const boxes = [...this.#mailboxes.values()];
      const messages = Math.max(0, ...boxes.map((box) => box.messages.length));
      return { messages, bytes: Math.max(0, ...boxes.map(({ bytes }) => bytes)) };
    });
  }

  contents(): Promise<readonly string[]> {
    return this.#ledger.read(() =>
      this.records().flatMap(({ content }) => (content === undefined ? [] : [content])),
    );
  }

  recipients(after: string | undefined, limit: number): Promise<readonly string[]> {
    return this.#ledger.read(() =>
      [...this.#mailboxes.keys()]
        .filter((recipient) => after === undefined || recipient > after)
        .sort(compareText)
        .slice(0, limit),
    );
  }

  #read(recipient: string): Readonly<Mailbox> {
    return this.#mailboxes.get(recipient) ?? NOTHING;
  }

  #open(recipient: string): Mailbox {
    return this.#mailboxes.get(recipient) ?? { messages: [], bytes: 0 };
  }

  #insert(mailbox: Mailbox, message: DeferredMessage): void {
    mailbox.messages.splice(position(mailbox.messages, message.id, idOf), 0, message);
    mailbox.bytes += storedBytes(message);
    this.#mailboxes.set(message.recipient, mailbox);
  }

  #keepOnly(recipient: string, keep: (message: DeferredMessage) => boolean): number {
    const { messages } = this.#read(recipient);
    const kept = messages.filter(keep);
    const bytes = kept.reduce((sum, message) => sum + storedBytes(message), 0);
    if (kept.length > 0) this.#mailboxes.set(recipient, { messages: kept, bytes });
    else this.#mailboxes.delete(recipient);
    return messages.length - kept.length;
  }
}

function storedBytes({ bytes, content, sizeBytes }: DeferredMessage): number {
  return bytes.length + (content === undefined ? 0 : sizeBytes);
}

function idOf(message: DeferredMessage): string {
  return message.id;
}

function entryOf(message: DeferredMessage): DeferredEntry {
  return {
    id: message.id,
    recipient: message.recipient,
    originator: message.originator,
    originatorShown: message.originatorShown,
    privacy: message.privacy,
    group: message.group,
    subject: message.subject,
    kind: message.kind,
    mode: message.mode,
    receivedAt: message.receivedAt,
    expiresAt: message.expiresAt,
    sizeBytes: message.sizeBytes,
    content: message.content,
    attempts: message.attempts,
    nextAttemptAt: message.nextAttemptAt,
    poisoned: message.poisoned,
  };
}

function at({ messages }: Readonly<Mailbox>, id: string): DeferredMessage | undefined {
  const message = messages[position(messages, id, idOf)];
  return message?.id === id ? message : undefined;
}

function firstAfter(messages: readonly DeferredMessage[], id: string): number {
  const index = position(messages, id, idOf);
  return messages[index]?.id === id ? index + 1 : index;
}
