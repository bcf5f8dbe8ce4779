/** What went on between whom, written when somebody asks. */
import type { TransportName } from "@parlance/sip";
import { utf8TextLossy } from "@parlance/wire";

export interface Step {
  /** Epoch ms. */
  readonly at: number;
  readonly from: string;
  readonly to: string;
  readonly transport: TransportName;
  readonly bytes: Uint8Array;
  /** Undefined: it arrives once. */
  readonly fate: string | undefined;
}

interface Remark {
  readonly at: number;
  readonly text: string;
}

/** Long storms are read from their end. */
const MOST_STEPS = 20_000;
const SHORT_ID = 8;

export class Ladder {
  readonly #began: number;
  readonly #steps: (Step | Remark)[] = [];

  constructor(began: number) {
    this.#began = began;
  }

  message(step: Step): void {
    if (step.bytes.length > 4) this.#add(step); // keep-alives tell nothing
  }

  /** Something that no message tells: a crash, a cut, what an application did. */
  remark(at: number, text: string): void {
    this.#add({ at, text });
  }

  /** Every line, or those that hold one of the words. */
  text(...words: readonly string[]): string {
    const lines = this.#steps.map((step) => this.#line(step));
    if (words.length === 0) return lines.join("\n");
    return lines.filter((line) => words.some((word) => line.includes(word))).join("\n");
  }

  /** What was sent to a host, as it was written; of MSRP the beginning of each frame. */
  octets(to: string): readonly string[] {
    return this.#steps.flatMap((step) =>
      "bytes" in step && step.to === to ? [utf8TextLossy(step.bytes)] : [],
    );
  }

  toString(): string {
    return this.text();
  }

  #add(step: Step | Remark): void {
    if (this.#steps.length === MOST_STEPS) this.#steps.splice(0, MOST_STEPS / 2);
    this.#steps.push(step);
  }

  #line(step: Step | Remark): string {
    const time = ((step.at - this.#began) / 1000).toFixed(3).padStart(10);
    if ("text" in step) return `${time}  * ${step.text}`;
    const { from, to, transport, fate } = step;
    const way = `${from} -> ${to}`.padEnd(20);
    const end = fate === undefined ? "" : `  (${fate})`;
    return `${time}  ${way} ${transport.padEnd(3)}  ${outline(step.bytes)}${end}`;
  }
}

/** Start line, number, call, and what of the body tells one message from another. */
function outline(bytes: Uint8Array): string {
  const text = utf8TextLossy(bytes);
  if (text.startsWith("MSRP ")) return msrpOutline(text);
  const start = text.slice(0, text.indexOf("\r\n")).replace(/ ?SIP\/2\.0 ?/, "");
  const sequence = /^CSeq: *(.*)$/im.exec(text)?.[1] ?? "";
  const call = /^(?:Call-ID|i): *(.*)$/im.exec(text)?.[1]?.slice(0, SHORT_ID) ?? "";
  const from = /^(?:From|f):.*?(sips?:[^>;\r\n]*)/im.exec(text)?.[1] ?? "";
  const parts = [start, `from ${from}`, `[${call} ${sequence}]`, ...bodyOutline(text)];
  return parts.join("  ");
}

/** Transaction, message, and which part of it. */
function msrpOutline(text: string): string {
  const start = text.slice(0, text.indexOf("\r\n"));
  const to = /^To-Path: *\S*\/([^;\s]*)/m.exec(text)?.[1]?.slice(0, SHORT_ID) ?? "";
  const message = /^Message-ID: *(.*)$/m.exec(text)?.[1]?.slice(0, SHORT_ID) ?? "";
  const range = /^Byte-Range: *(.*)$/m.exec(text)?.[1] ?? "";
  const status = /^Status: *(.*)$/m.exec(text)?.[1] ?? "";
  const parts = [start, `to ${to}`, message, range, status, ...bodyOutline(text)];
  return parts.filter((part) => part !== "").join("  ");
}

function bodyOutline(text: string): readonly string[] {
  const body = text.slice(text.indexOf("\r\n\r\n") + 4);
  const report = /<message-id>(.*?)<\/message-id>[^]*?<status>\s*<(\w+)/.exec(body);
  if (report !== null) return [`${report[2]} of ${report[1]?.slice(0, SHORT_ID)}`];
  const id = /imdn\.Message-ID: *(.*)/i.exec(body)?.[1];
  const state = /<state>(\w+)/.exec(body)?.[1];
  if (state !== undefined) return [state];
  if (id === undefined) return [];
  const envelope = body.slice(body.search(/^imdn\.Message-ID/im));
  const content = envelope.split("\r\n\r\n")[2]?.split("\r\n--")[0] ?? "";
  return [`${JSON.stringify(content.slice(0, 40))} ${id.slice(0, SHORT_ID)}`];
}
