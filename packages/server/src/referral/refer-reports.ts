/** The NOTIFYs that tell a referrer how it went, in the dialog of his session or in one of their own. RFC 3515 §2.4.4, RFC 3420 */

import type { NameAddr } from "@parlance/sip";
import {
  type Call,
  Event,
  Params,
  referEvent,
  referPackage,
  SIPFRAG_TYPE,
  SubscriptionState,
  statusFragment,
} from "@parlance/sip";
import type { Towards, Watch, Watched } from "../ports/index.ts";
import type { Report } from "./refer-ask.ts";

const TYPE = `${SIPFRAG_TYPE};version=2.0`;

/** In the dialog of his session: one NOTIFY after the other. */
export function reportInDialog(call: Call, cseq: number): Report {
  let before: Promise<unknown> = Promise.resolve();
  let over = false;
  return (status) => {
    if (over) return;
    over = status >= 200;
    const state = over
      ? { value: "terminated", params: Params.of(["reason", "noresource"]) }
      : { value: "active", params: Params.of(["expires", String(referPackage.usualS)]) };
    const body = { type: TYPE, bytes: statusFragment(status) };
    before = before.then(() =>
      call.request("NOTIFY", {
        body,
        edit: (edit) => edit.set(Event, referEvent(cseq)).set(SubscriptionState, state),
      }),
    );
  };
}

/** As something to be watched: its last word is the end of the subscription. */
export class ReferProgress implements Watched {
  readonly name: string;
  readonly package = referPackage;
  readonly contact: (towards: Pick<Towards, "transport" | "local">) => NameAddr;
  #status = 100;
  #watch: Watch | undefined;

  constructor(name: string, contact: ReferProgress["contact"]) {
    this.name = name;
    this.contact = contact;
  }

  readonly report: Report = (status) => {
    if (this.#status >= 200 || this.#status === status) return;
    this.#status = status;
    if (status >= 200) this.#watch?.end("noresource");
    else this.#watch?.changed();
  };

  watch(watch: Watch) {
    this.#watch = watch;
    return {
      allowed: true,
      tell: () => ({ type: TYPE, bytes: statusFragment(this.#status), more: false }),
      over: () => undefined,
    };
  }
}
