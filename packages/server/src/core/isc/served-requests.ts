/**
 * Requests that the core hands over: to the participating function of the served user at the end where
 * they are, or to the owner of the address; then back to the core. 3GPP TS 24.229 §5.7.1, OMA IM 5.1
 */
import { asksFor, IM_TAG, refuse } from "@parlance/im";
import { addressKey } from "@parlance/sip";
import type { Clock } from "@parlance/wire";
import type { Passage } from "../../ports/index.ts";
import type { Asker } from "../asker.ts";
import type { Account, Directory } from "../directory.ts";
import type { Home } from "../home.ts";
import type { Location } from "../location.ts";
import { NO_CAPABILITIES, RegisteredContact } from "../registrar/contact.ts";
import type { Registrar } from "../registrar/registrar.ts";
import type { ThroughWay } from "../way.ts";
import type { CoreForwarder } from "./core-forwarder.ts";
import type { Marks } from "./marks.ts";
import type { ThirdPartyRegistrations } from "./third-party-registrations.ts";
import { bindingOf, unnamedDevice } from "./told-registration.ts";
import type { Trigger } from "./trigger.ts";

export interface ServedPorts {
  readonly home: Home;
  readonly directory: Directory;
  readonly location: Location;
  readonly registrar: Registrar;
  readonly told: ThirdPartyRegistrations;
  readonly way: ThroughWay;
  readonly forwarder: CoreForwarder;
  readonly marks: Marks;
  readonly clock: Clock;
  /** Requests without the IM feature tag are ours as well. */
  readonly plainSip: boolean;
}

const ASSUMED_SECONDS = 60; // of a contact that is made up for one request

export class ServedRequests {
  readonly #ports: ServedPorts;

  constructor(ports: ServedPorts) {
    this.#ports = ports;
  }

  /** Is it of the IM service at all? The filters of a core are coarse. */
  concerns({ request }: Passage, { diverted }: Trigger): boolean {
    return !diverted && (this.#ports.plainSip || asksFor(request, IM_TAG));
  }

  passOn(passage: Passage, asker: Asker): void {
    this.#ports.forwarder.passOn(passage, asker);
  }

  serve(passage: Passage, trigger: Trigger, asker: Asker): void {
    if (trigger.end === "originating") return this.#originating(passage, trigger, asker);
    const { way } = this.#ports;
    // Services have no devices, and so no function of a user before them.
    if (way.isService(passage.request.uri)) return way.toOwner(passage, asker);
    this.#terminating(passage, trigger, asker);
  }

  /** What passes goes back to the core, also to a service of ours: it knows what comes in between. */
  #originating(passage: Passage, trigger: Trigger, asker: Asker): void {
    const { way, forwarder, marks } = this.#ports;
    const { request, originator } = passage;
    const served = this.#accountOf(trigger) ?? this.#accountNamed(originator?.user?.name);
    if (served === undefined) {
      return asker.refuse(
        refuse(originator === undefined ? "not authenticated" : "not provisioned"),
      );
    }
    if (originator !== undefined && marks.has("originated", originator.address, request)) {
      return forwarder.leave(passage, asker);
    }
    way.originate(passage, served.user, asker, (onward, by) => way.toOutside(onward, by));
  }

  #terminating(passage: Passage, trigger: Trigger, asker: Asker): void {
    const { way, forwarder, marks, home, directory } = this.#ports;
    const { request } = passage;
    const key = home.keyOf(request.uri);
    const account =
      this.#accountOf(trigger) ?? (key === undefined ? undefined : directory.owner(key));
    if (account === undefined || account.user.disabled) return asker.refuse(refuse("no such user"));
    const { address } = account.user;
    if (marks.has("delivered", address, request)) return asker.refuse(refuse("loop"));
    if (marks.has("pushed", address, request)) return forwarder.passOn(passage, asker);
    way.toUser(passage, account, this.#contactsOf(passage, account, trigger), asker);
  }

  /** The core's own word about this request counts most, then what it has told before; else it is asked. */
  #contactsOf(
    { request, receivedAt }: Passage,
    account: Account,
    { registered }: Trigger,
  ): readonly RegisteredContact[] {
    const { registrar, location, told } = this.#ports;
    if (registered === false) return [];
    const known = registrar.contacts.of(account.user.address);
    if (known.some(({ expiresAt }) => expiresAt > receivedAt)) {
      return location.find(request, account, receivedAt);
    }
    if (registered === undefined && told.hasGone(account)) return [];
    return [assumed(account, receivedAt)];
  }

  #accountOf({ served }: Trigger): Account | undefined {
    if (served === undefined) return undefined;
    const { home, directory } = this.#ports;
    return directory.owner(home.keyOf(served) ?? addressKey(served));
  }

  #accountNamed(name: string | undefined): Account | undefined {
    return name === undefined ? undefined : this.#ports.directory.named(name);
  }
}

/** Nothing is known of the user's devices: the core will see. */
function assumed(account: Account, now: number): RegisteredContact {
  const { address } = account.user;
  const row = bindingOf(
    unnamedDevice(address, ASSUMED_SECONDS),
    { user: address, address, now },
    now,
  );
  const capabilities = { ...NO_CAPABILITIES, tagged: true, imClient: true };
  return new RegisteredContact({
    id: 0,
    account,
    row,
    flow: undefined,
    refreshedAt: now,
    capabilities,
  });
}
