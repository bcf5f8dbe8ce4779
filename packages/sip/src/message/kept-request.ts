/** A request that is most likely not needed any more, in as little memory as it can be: its octets as one string. */
import { octetBytes, octetText } from "@parlance/wire";
import { parseMessage } from "./datagram.ts";
import { formatLeaving } from "./format.ts";
import { SipRequest } from "./message.ts";

export class KeptRequest {
  readonly #octets: string;

  constructor(request: SipRequest) {
    this.#octets = octetText(formatLeaving(request));
  }

  /** As it was given, made anew each time. */
  read(): SipRequest {
    const parsed = parseMessage(octetBytes(this.#octets));
    if (!parsed.ok) throw parsed.error;
    if (!(parsed.value instanceof SipRequest)) throw new Error("a response was kept as a request");
    return parsed.value;
  }
}
