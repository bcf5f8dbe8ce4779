/** What went over the wires of all people, in its order, for whoever reads a report. */
import type { Traced } from "@parlance/client";
import { formatMessage } from "@parlance/sip";
import { utf8TextLossy } from "@parlance/wire";
import type { Role } from "./words.ts";

export interface ExchangeStep {
  readonly at: Date;
  readonly who: Role;
  readonly direction: "in" | "out";
  readonly protocol: "sip" | "msrp";
  /** As it was written. */
  readonly text: string;
}

const MOST_STEPS = 500;

export class Exchange {
  readonly #steps: ExchangeStep[] = [];

  note(who: Role, step: Traced): void {
    if (this.#steps.length >= MOST_STEPS) this.#steps.shift();
    const { at, direction, protocol } = step;
    this.#steps.push({ at: new Date(at), who, direction, protocol, text: textOf(step) });
  }

  get steps(): readonly ExchangeStep[] {
    return this.#steps;
  }
}

function textOf(step: Traced): string {
  if (step.protocol === "msrp") return utf8TextLossy(step.frame.bytes);
  const { message } = step;
  const text = utf8TextLossy(message instanceof Uint8Array ? message : formatMessage(message));
  return text.replaceAll(/^((?:Proxy-)?Authorization): .*$/gim, "$1: (left out)");
}
