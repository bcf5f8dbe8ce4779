/** How an INVITE of the server's own goes on where one that came in was going. RFC 3261 §16.6, §16.7 */
import type {
  CallAsker,
  CallOutlet,
  CallSending,
  SendFailure,
  SentRequest,
  SipRequest,
} from "@parlance/sip";
import type { Onward, Passage, Towards, User } from "../ports/index.ts";
import type { Branch, ForkEnd } from "./fork.ts";
import type { Forwarder, ForwardObserver, Outside } from "./forwarder.ts";
import { RequestPassage } from "./passage.ts";
import type { RegisteredContact } from "./registrar/contact.ts";

export function onwardToContacts(
  passage: Passage,
  user: User,
  contacts: readonly RegisteredContact[],
  forwarder: Pick<Forwarder, "toContacts">,
): Onward {
  return {
    party: user.address,
    identities: user.identities,
    targets: contacts.map(towardsOf),
    outlet: (on) =>
      outlet((invite, asker) => {
        const { observer, sending } = observing(asker, ({ contact }) => {
          if (contact !== undefined) on.chosen(towardsOf(contact));
        });
        forwarder.toContacts(anew(passage, invite), contacts, observer, (request, contact) =>
          on.dress(request, towardsOf(contact)),
        );
        return sending;
      }),
  };
}

export function onwardToOutside(passage: Passage, outside: Outside, forwarder: Forwarder): Onward {
  const { transport } = outside.target;
  const towards: Towards = { key: outside.peer, transport, local: undefined, tagged: true };
  return {
    party: `peer ${outside.peer}`,
    identities: undefined,
    targets: [towards],
    outlet: (on) =>
      outlet((invite, asker) => {
        const { observer, sending } = observing(asker, () => on.chosen(towards));
        forwarder.toOutside(anew(passage, invite), outside, observer, (request) =>
          on.dress(request, towards),
        );
        return sending;
      }),
  };
}

function towardsOf({ id, target, flow, tagged }: RegisteredContact): Towards {
  return { key: String(id), transport: target.transport, local: flow?.local, tagged };
}

/** The server sends it, for whoever sent the other one. */
function anew(passage: Passage, invite: SipRequest): Passage {
  if (!(passage instanceof RequestPassage)) return passage;
  return passage.fromServer(invite);
}

/** For one INVITE: what follows in its dialog goes where the answer came from. */
function outlet(invite: (request: SipRequest, asker: CallAsker) => CallSending): CallOutlet {
  return {
    request: (request, _to, asker) => invite(request, asker),
    send() {
      throw new Error("an ACK follows its dialog");
    },
  };
}

function observing(
  asker: CallAsker,
  chosen: (branch: Branch) => void,
): { readonly observer: ForwardObserver; readonly sending: CallSending } {
  let cancel: (() => void) | undefined;
  return {
    sending: { cancel: () => cancel?.() },
    observer: {
      provisional: (response, from) => asker.response(response, sentBy(from)),
      late: (response, from) => asker.response(response, sentBy(from)),
      end({ status, response, from }: ForkEnd) {
        if (response === undefined) {
          if (status === 408) asker.timeout();
          else asker.failed(failureOf(status));
        } else if (from === undefined) asker.response(response);
        else {
          chosen(from);
          asker.response(response, sentBy(from));
        }
      },
      cancellable(run) {
        cancel = run;
      },
    },
  };
}

function sentBy({ request, to }: Branch): SentRequest {
  return { request, to };
}

function failureOf(status: number): SendFailure {
  if (status === 413) return "too large";
  if (status === 487) return "cancelled";
  return status === 503 ? "busy" : "unreachable";
}
