/** What the calls of one table share: timers, plans, ports, and a memory of words that all peers say. */
import { utf8Bytes, utf8Text, Wheel } from "@parlance/wire";
import { type AcceptedInvite, acceptedInviteOn } from "../dialog/index.ts";
import type { ListHeaderType } from "../message/index.ts";
import { TIMER_POLICY, type TimerPolicy } from "../session-timer/index.ts";
import { BASE_TIMING, type Plan } from "../transaction/index.ts";
import type { CallOptions, CallPorts } from "./ports.ts";

const SHARES = 2 ** 32;
/** Far more than there are products with different lists of methods. */
const MAX_WORDS = 512;
const TIMER_EXTENSION: readonly string[] = ["timer"];

export class CallEngine {
  readonly ports: CallPorts;
  readonly wheel: Wheel;
  readonly t1: number;
  readonly accepted: Plan<AcceptedInvite>;
  readonly sessionTimer: TimerPolicy | undefined;
  /** Option tags that this side speaks whatever its owner lists. */
  readonly extensions: readonly string[];
  readonly #lists = new Map<string, readonly string[]>();
  readonly #words = new Map<string, string>();

  constructor(ports: CallPorts, options: CallOptions) {
    const timing = options.timing ?? BASE_TIMING;
    this.ports = ports;
    this.wheel = new Wheel(ports.clock);
    this.t1 = timing.t1;
    this.accepted = acceptedInviteOn({ ...timing, reliable: false });
    this.sessionTimer = "sessionTimer" in options ? options.sessionTimer : TIMER_POLICY;
    this.extensions = this.sessionTimer === undefined ? [] : TIMER_EXTENSION;
  }

  /** From 0 up to 1. */
  share(): number {
    let value = 0;
    for (const octet of this.ports.random.bytes(4)) value = value * 256 + octet;
    return value / SHARES;
  }

  /** The same array for the same text: thousands of peers say the same few. Throws `FormatError`. */
  list(text: string, { read }: ListHeaderType<string>): readonly string[] {
    return remembered(this.#lists, text, read);
  }

  /** The same string for the same text. */
  word(text: string): string {
    return remembered(this.#words, text, (own) => own);
  }
}

/** A copy: a part of a text keeps the whole text alive, here all of a message for one of its words. */
export function ownText(text: string): string {
  return utf8Text(utf8Bytes(text));
}

function remembered<T>(known: Map<string, T>, text: string, read: (own: string) => T): T {
  const found = known.get(text);
  if (found !== undefined) return found;
  const own = ownText(text);
  const value = read(own);
  if (known.size >= MAX_WORDS) known.clear();
  known.set(own, value);
  return value;
}
