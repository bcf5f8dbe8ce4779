/** What the calls of one table share: timers, plans, ports, and a memory of words that all peers say. */
import { ownText, Wheel } from "@parlance/wire";
import { type AcceptedInvite, acceptedInviteOn, type Dialog, tagOf } from "../dialog/index.ts";
import {
  From,
  formatNameAddr,
  formatUri,
  type ListHeaderType,
  parseUri,
  Route,
  To,
} from "../message/index.ts";
import { TIMER_POLICY, type TimerPolicy } from "../session-timer/index.ts";
import { BASE_TIMING, type Plan } from "../transaction/index.ts";
import { type Face, type FaceTexts, writeFace } from "./body.ts";
import type { CallOptions, CallPorts } from "./ports.ts";

const SHARES = 2 ** 32;
/** Far more than there are products with different lists of methods. */
const MAX_WORDS = 512;
const NO_ROUTES: readonly never[] = [];
/** No value of a header holds one. */
const LINE = "\n";
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
  /** Headers of the same face are the same in every message. */
  readonly #faces = new WeakMap<Face, FaceTexts>();

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

  textsOf(face: Face): FaceTexts {
    const known = this.#faces.get(face);
    if (known !== undefined) return known;
    const texts = writeFace(face, this.extensions);
    this.#faces.set(face, texts);
    return texts;
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

/** The dialog in a text of its own: what was read from messages would keep every one of them alive with it. */
export function ownDialog(dialog: Dialog): Dialog {
  const { id, local, remote, remoteTarget, routes } = dialog;
  const values = [local, remote, ...routes].map(formatNameAddr);
  const text = ownText([id.callId, formatUri(remoteTarget), ...values].join(LINE));
  const [callId = "", target = "", from = "", to = "", ...route] = text.split(LINE);
  const [ourSide, otherSide] = [From.read(from), To.read(to)];
  return {
    ...dialog,
    id: { callId, localTag: tagOf(ourSide), remoteTag: tagOf(otherSide) },
    local: ourSide,
    remote: otherSide,
    remoteTarget: parseUri(target),
    routes: route.length === 0 ? NO_ROUTES : route.flatMap(Route.read),
  };
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
