/** The parts of an application server put together: the way to the core, and what the core asks of it. */
import { parseUri, type SipUri } from "@parlance/sip";
import type { Clock, Hashing } from "@parlance/wire";
import type { DialogLegs } from "../dialog-legs.ts";
import type { Home } from "../home.ts";
import type { TrustedPeer } from "../peers.ts";
import type { Sender } from "../sender.ts";
import { CoreForwarder } from "./core-forwarder.ts";
import { CoreHops } from "./core-hops.ts";
import { Marks } from "./marks.ts";
import { type LookPorts, RegistrationLook } from "./registration-look.ts";
import { type ServedPorts, ServedRequests } from "./served-requests.ts";
import { type ThirdPartyPorts, ThirdPartyRegistrations } from "./third-party-registrations.ts";

/** How the server is one application server among others behind a SIP/IP core. */
export interface ApplicationServerConfig {
  /** URI of the element of the core that gets requests of our own: an S-CSCF, in IMS. */
  readonly next: string;
  /** Names by which the core knows this server, beside the addresses of its listeners. */
  readonly names: readonly string[];
  /** URI by which the core reaches this server. With it the core is asked, after a restart, about users for whom messages wait. */
  readonly contact?: string | undefined;
}

export interface CorePorts {
  readonly peers: readonly TrustedPeer[];
  readonly sender: Sender;
  readonly patientSender: Sender;
  readonly clock: Clock;
  readonly hashing: Hashing;
  readonly home: Home;
  readonly legs: DialogLegs;
  readonly markKey: Uint8Array;
}

export interface Served {
  readonly requests: ServedRequests;
  readonly registrations: ThirdPartyRegistrations;
  readonly look: RegistrationLook;
}

type ServingPorts = Omit<ServedPorts, "told" | "forwarder" | "marks"> &
  ThirdPartyPorts &
  Omit<LookPorts, "told" | "hops" | "contact" | "sender">;

export class BehindCore {
  readonly hops: CoreHops;
  readonly forwarder: CoreForwarder;
  readonly #marks: Marks;
  readonly #contact: SipUri | undefined;
  readonly #sender: Sender;

  constructor({ next, contact }: ApplicationServerConfig, ports: CorePorts) {
    this.#contact = contact === undefined ? undefined : sipUriOf(contact);
    this.#sender = ports.sender;
    const { peers, hashing, markKey } = ports;
    this.hops = new CoreHops(sipUriOf(next), peers);
    this.#marks = new Marks(markKey, hashing);
    this.forwarder = new CoreForwarder({ ...ports, hops: this.hops, marks: this.#marks });
  }

  /** What it serves, once there is a way to the functions. */
  serving(ports: ServingPorts): Served {
    const registrations = new ThirdPartyRegistrations(ports);
    const { forwarder, hops } = this;
    const marks = this.#marks;
    const requests = new ServedRequests({ ...ports, told: registrations, forwarder, marks });
    const look = new RegistrationLook({
      ...ports,
      hops,
      told: registrations,
      sender: this.#sender,
      contact: this.#contact,
    });
    return { requests, registrations, look };
  }
}

function sipUriOf(text: string): SipUri {
  const uri = parseUri(text);
  if (uri.kind !== "sip") throw new RangeError(`${text} is no SIP URI`);
  return uri;
}
