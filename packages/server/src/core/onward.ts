/** How an INVITE of the server's own goes on where one that came in was going. RFC 3261 §16.6, §16.7 */
import {
  type CallAsker,
  type CallOutlet,
  type CallSending,
  Route,
  type SendFailure,
  type SentRequest,
  type SipRequest,
  type TransportName,
} from "@parlance/sip";
import type { Edit, Onward, Passage, Towards, User } from "../ports/index.ts";
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
  const carry = (invite: SipRequest): Passage => anew(passage, invite);
  return onwardOf(user, contacts, forwarder, { flow: passage.flow, carry });
}

/** Where a request came from, if it came, and what makes a passage of each INVITE that goes on. */
export interface Origin {
  readonly flow: Passage["flow"];
  /** Of a core, when nothing came by it now. */
  readonly coreTransport?: TransportName | undefined;
  readonly carry: (invite: SipRequest) => Passage;
}

export function onwardOf(
  user: User,
  contacts: readonly RegisteredContact[],
  forwarder: Pick<Forwarder, "toContacts">,
  origin: Origin,
): Onward {
  return {
    party: user.address,
    identities: user.identities,
    targets: contacts.map((contact) => towardsOf(contact, origin)),
    among(targets) {
      const keys = new Set(targets.map(({ key }) => key));
      const some = contacts.filter(({ id }) => keys.has(String(id)));
      return onwardOf(user, some, forwarder, origin);
    },
    outlet: (on) =>
      outlet((invite, asker) => {
        const { observer, sending } = observing(asker, ({ contact }) => {
          if (contact !== undefined) on.chosen(towardsOf(contact, origin));
        });
        forwarder.toContacts(origin.carry(invite), contacts, observer, (request, contact) =>
          on.dress(request, towardsOf(contact, origin)),
        );
        return sending;
      }),
  };
}

/** With a change to the INVITE, wherever it goes. */
export function changedOnward(onward: Onward, edit: Edit | undefined): Onward {
  if (edit === undefined) return onward;
  const { among } = onward;
  return {
    ...onward,
    ...(among && { among: (targets) => changedOnward(among(targets), edit) }),
    outlet: (user) =>
      onward.outlet({
        chosen: (towards) => user.chosen(towards),
        dress(invite, towards) {
          const changed = invite.edit();
          edit(changed);
          return user.dress(changed.done(), towards);
        },
      }),
  };
}

export function onwardToOutside(passage: Passage, outside: Outside, forwarder: Forwarder): Onward {
  const { transport } = outside.target;
  const towards: Towards = { key: outside.peer, transport, local: undefined, tagged: true };
  return onwardBy(passage, `peer ${outside.peer}`, towards, (leaving, observer, dress) =>
    forwarder.toOutside(leaving, outside, observer, dress),
  );
}

/** To one place, by whatever sends there. */
export function onwardBy(
  passage: Passage,
  party: string,
  towards: Towards,
  send: (
    leaving: Passage,
    observer: ForwardObserver,
    dress: (request: SipRequest) => SipRequest,
  ) => void,
): Onward {
  return {
    party,
    identities: undefined,
    targets: [towards],
    outlet: (on) =>
      outlet((invite, asker) => {
        const { observer, sending } = observing(asker, () => on.chosen(towards));
        send(anew(passage, invite), observer, (request) => on.dress(request, towards));
        return sending;
      }),
  };
}

function towardsOf(contact: RegisteredContact, { flow: near, coreTransport }: Origin): Towards {
  const { id, target, flow, tagged } = contact;
  const { textRooms } = contact.capabilities;
  const key = String(id);
  // A core reaches us for its devices as it has just done for the other side, or as it does always.
  if (contact.atTheCore) {
    const transport = near?.transport ?? coreTransport ?? "TCP";
    return { key, transport, local: near?.local, tagged, textRooms };
  }
  return { key, transport: target.transport, local: flow?.local, tagged, textRooms };
}

/** The server sends it, for whoever sent the other one, on what is left of its way. */
function anew(passage: Passage, invite: SipRequest): Passage {
  if (!(passage instanceof RequestPassage)) return passage;
  const routes = passage.request.get(Route);
  return passage.fromServer(
    routes === undefined ? invite : invite.edit().set(Route, routes).done(),
  );
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
  whenChosen: (branch: Branch) => void,
): { readonly observer: ForwardObserver; readonly sending: CallSending } {
  let cancel: (() => void) | undefined;
  // What it knows is not kept for the answers that may still come.
  let chosen: ((branch: Branch) => void) | undefined = whenChosen;
  return {
    sending: { cancel: () => cancel?.() },
    observer: {
      provisional: (response, from) => asker.response(response, sentBy(from)),
      late: (response, from) => asker.response(response, sentBy(from)),
      end({ status, response, from }: ForkEnd) {
        const tell = chosen;
        chosen = undefined;
        if (response === undefined) {
          if (status === 408) asker.timeout();
          else asker.failed(failureOf(status));
        } else if (from === undefined) asker.response(response);
        else {
          tell?.(from);
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
