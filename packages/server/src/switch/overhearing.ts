/** What one side of a bridge says, for those who keep it: whole messages, once they have arrived. OMA IM 13, clause 15.3 */
import { type Flag, isAnswered, type MsrpRequest, type PathLines, rangeIn } from "@parlance/msrp";
import type { BridgeListener, HeardMessage, Side } from "../ports/index.ts";
import { ofContent } from "./reshaping.ts";
import type { Awaiting } from "./sent.ts";

/** A message that has begun and not ended. */
interface Open {
  readonly heard: HeardMessage;
  /** Place of the next octet. */
  at: number;
  /** Nothing more is to be heard of it, whatever is answered yet. */
  over: boolean;
}

/** Of those that have arrived: a sender who has not heard so says them again. */
const REMEMBERED = 64;

export class Overhearing {
  readonly #side: Side;
  readonly #listener: BridgeListener;
  readonly #open = new Map<string, Open>();
  readonly #over = new Set<string>();

  constructor(side: Side, listener: BridgeListener) {
    this.#side = side;
    this.#listener = listener;
  }

  /** One SEND goes on now; undefined: it is of no message that is kept. */
  begins(head: MsrpRequest): OverheardSend | undefined {
    const { messageId } = head;
    if (messageId === undefined) return undefined;
    const { start } = rangeIn(head);
    const known =
      this.#open.get(messageId) ?? (start === 1 ? this.#first(head, messageId) : undefined);
    if (known === undefined) return undefined;
    if (start <= known.at)
      return new OverheardSend(head, known, start, (arrived) => this.#ended(messageId, arrived));
    this.#drop(messageId, known); // what lies between has gone another way
    return undefined;
  }

  /** Its sender has left it unfinished. */
  left(messageId: string): void {
    const open = this.#open.get(messageId);
    if (open !== undefined) this.#drop(messageId, open);
  }

  /** What has not arrived by now does not. */
  close(): void {
    for (const [id, open] of this.#open) this.#drop(id, open);
  }

  #first(head: MsrpRequest, messageId: string): Open | undefined {
    const { contentType } = head;
    if (contentType === undefined || this.#over.has(messageId)) return undefined;
    const heard = this.#listener(this.#side, () => ({
      contentType,
      contentHeaders: ofContent(head).filter(([name]) => name.toLowerCase() !== "content-type"),
      sizeBytes: rangeIn(head).total,
    }));
    if (heard === undefined) return undefined;
    const open = { heard, at: 1, over: false };
    this.#open.set(messageId, open);
    return open;
  }

  #drop(messageId: string, open: Open): void {
    this.#open.delete(messageId);
    open.over = true;
    open.heard.abandon();
  }

  #ended(messageId: string, arrived: boolean): void {
    this.#open.delete(messageId);
    if (!arrived) return; // it may be said again
    this.#over.add(messageId);
    if (this.#over.size <= REMEMBERED) return;
    for (const oldest of this.#over) {
      this.#over.delete(oldest);
      return;
    }
  }
}

/** A SEND of a message that is kept. */
export class OverheardSend {
  readonly #head: MsrpRequest;
  readonly #open: Open;
  readonly #ended: (arrived: boolean) => void;
  /** Place of its next octet. */
  #at: number;

  constructor(head: MsrpRequest, open: Open, start: number, ended: (arrived: boolean) => void) {
    this.#head = head;
    this.#open = open;
    this.#at = start;
    this.#ended = ended;
  }

  octets(bytes: Uint8Array): void {
    const fresh = bytes.subarray(Math.max(0, this.#open.at - this.#at)); // the rest was said before
    this.#at += bytes.length;
    if (fresh.length === 0 || this.#open.over) return;
    this.#open.at = this.#at;
    this.#open.heard.write(fresh);
  }

  /** How the other side has answered it. */
  settled(status: number, flag: Flag): void {
    if (this.#open.over || (status === 200 && flag === "+")) return;
    this.#open.over = true;
    const arrived = status === 200 && flag === "$";
    this.#ended(arrived);
    if (arrived) this.#open.heard.end();
    else this.#open.heard.abandon();
  }

  /** Hears the answer before its sender does. Where none is wanted, it has arrived as far as anybody knows. */
  listening(sender: Awaiting): Awaiting {
    const flag = this.#head.flag ?? "+";
    if (!isAnswered(this.#head, 200)) {
      this.settled(200, flag);
      return sender;
    }
    return {
      answered: (tag: string, status: number, lines: PathLines) => {
        this.settled(status, flag);
        sender.answered(tag, status, lines);
      },
    };
  }
}
