/**
 * Asks the core, after a restart, where the users are for whom messages wait: while the server was down nobody
 * could tell it. One SUBSCRIBE for each that fetches the state once. 3GPP TS 24.229 §5.7.1.1, RFC 3680, RFC 6665 §4.4.3
 */
import { parseReginfo, REGINFO_TYPE, type RegisteredContact } from "@parlance/formats";
import {
  Accept,
  CallId,
  Contact,
  CSeq,
  Event,
  Expires,
  From,
  MaxForwards,
  makeRequest,
  type NameAddr,
  PAssertedIdentity,
  Params,
  parseUri,
  Route,
  type ServerTransaction,
  type SipRequest,
  type SipUri,
  To,
} from "@parlance/sip";
import { type Cancel, type Clock, parsed, type Random } from "@parlance/wire";
import type { Log, User } from "../../ports/index.ts";
import type { Answers } from "../answer.ts";
import type { Account, Directory } from "../directory.ts";
import type { Home } from "../home.ts";
import type { Sender } from "../sender.ts";
import type { CoreHops } from "./core-hops.ts";
import type { ThirdPartyRegistrations } from "./third-party-registrations.ts";
import { deviceOf, type Told } from "./told-registration.ts";

export interface LookPorts {
  readonly sender: Sender;
  readonly hops: CoreHops;
  readonly told: ThirdPartyRegistrations;
  readonly directory: Directory;
  readonly home: Home;
  readonly answers: Answers;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** By which the core reaches this server; undefined: it does not ask. */
  readonly contact: SipUri | undefined;
  /** The user can be reached: what waits for him may come. */
  readonly reachable: (user: User) => void;
}

interface Look {
  readonly account: Account;
  readonly patience: Cancel;
  readonly ended: () => void;
}

const AT_ONCE = 16; // of a restart with a hundred thousand waiting users the core must not suffer
const PATIENCE_MS = 32_000; // timer N, RFC 6665 §4.1.2.4
const TAG_BITS = 128;
const USUAL_SECONDS = 3_600; // of a contact without a time, RFC 3261 §10.3 step 7

export class RegistrationLook {
  readonly #ports: LookPorts;
  readonly #running = new Map<string, Look>();
  #stopped = false;

  constructor(ports: LookPorts) {
    this.#ports = ports;
  }

  /** Asks about each of these accounts of whom nothing is known; resolves when all was heard that will be. */
  async askAbout(names: readonly string[]): Promise<void> {
    const { directory, told } = this.#ports;
    const queue = names
      .map((name) => directory.named(name))
      .filter((account) => account !== undefined)
      .filter((account) => !account.user.disabled && !told.knows(account))
      .values();
    const work = async (): Promise<void> => {
      for (const account of queue) if (!this.#stopped) await this.#ask(account);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  /** Takes a NOTIFY; false when nobody here has asked. */
  notified(request: SipRequest, transaction: ServerTransaction): boolean {
    const key = keyOf(request.callId, request.to.params.get("tag"));
    const look = this.#running.get(key);
    if (look === undefined) return false;
    const { answers, log } = this.#ports;
    const document = parseReginfo(request.body);
    if (document.ok) {
      this.#learn(look.account, document.value.registrations)
        .catch((error: unknown) => log.warn("registration not learnt", { error: String(error) }))
        .finally(() => this.#end(key));
    } else this.#end(key);
    answers.reply(transaction, 200);
    return true;
  }

  stop(): void {
    this.#stopped = true;
    for (const key of this.#running.keys()) this.#end(key);
  }

  #ask(account: Account): Promise<void> {
    const { sender, hops, clock, contact, random } = this.#ports;
    if (contact === undefined) return Promise.resolve();
    const callId = random.token(TAG_BITS);
    const tag = random.token(TAG_BITS);
    const key = keyOf(callId, tag);
    return new Promise((resolve) => {
      const end = (): void => this.#end(key);
      const patience = clock.schedule(PATIENCE_MS, end);
      this.#running.set(key, { account, patience, ended: resolve });
      sender.send(this.#subscribe(account, contact, { callId, tag }), hops.find(undefined), {
        response: ({ status }) => {
          if (status >= 300) end(); // a 2xx is followed by the NOTIFY, or the NOTIFY came before it
        },
        timeout: end,
        failed: end,
      });
    });
  }

  #end(key: string): void {
    const look = this.#running.get(key);
    this.#running.delete(key);
    look?.patience();
    look?.ended();
  }

  #subscribe(
    { user }: Account,
    contact: SipUri,
    { callId, tag }: { readonly callId: string; readonly tag: string },
  ): SipRequest {
    const target = parseUri(user.address);
    const self: NameAddr = {
      name: undefined,
      uri: { ...contact, params: Params.none },
      params: Params.none,
    };
    return makeRequest("SUBSCRIBE", target, (edit) => {
      edit
        .set(Route, [this.#ports.hops.route])
        .set(From, { ...self, params: Params.of(["tag", tag]) })
        .set(To, { name: undefined, uri: target, params: Params.none })
        .set(CallId, callId)
        .set(CSeq, { number: 1, method: "SUBSCRIBE" })
        .set(MaxForwards, 70)
        .set(PAssertedIdentity, [self])
        .set(Contact, [{ name: undefined, uri: contact, params: Params.none }])
        .set(Event, { value: "reg", params: Params.none })
        .set(Accept, [{ type: REGINFO_TYPE, params: Params.none }])
        .set(Expires, 0);
    });
  }

  async #learn(account: Account, registrations: readonly Registration[]): Promise<void> {
    const { told, home, reachable } = this.#ports;
    let isThere = false;
    for (const registration of registrations) {
      const aor = parsed(() => home.keyOf(parseUri(registration.aor)));
      const address = aor.ok ? aor.value : undefined;
      if (address === undefined || !account.user.identities.includes(address)) continue;
      const known = await told.learn(toldBy(registration), account, address);
      isThere ||= known;
    }
    if (isThere) reachable(account.user);
  }
}

interface Registration {
  readonly aor: string;
  readonly state: "init" | "active" | "terminated";
  readonly contacts: readonly RegisteredContact[];
}

function toldBy({ state, contacts }: Registration): Told {
  const active = state === "active" ? contacts.filter((one) => one.state === "active") : [];
  const devices = active.flatMap((contact) => {
    const device = parsed(() => deviceOf(nameAddrOf(contact), secondsOf(contact)));
    return device.ok ? [device.value] : [];
  });
  const expiresSeconds = Math.max(0, ...active.map(secondsOf));
  return { expiresSeconds, devices, complete: devices.length > 0 };
}

function secondsOf({ expiresSeconds }: RegisteredContact): number {
  return expiresSeconds ?? USUAL_SECONDS;
}

/** Values of feature tags come with their quotes. RFC 3680 §5.3.2 */
function nameAddrOf({ uri, parameters }: RegisteredContact): NameAddr {
  const params = parameters.map(
    ([name, value]) => [name, value.replace(/^"(.*)"$/s, "$1")] as const,
  );
  return { name: undefined, uri: parseUri(uri), params: Params.of(...params) };
}

function keyOf(callId: string, tag: string | undefined): string {
  return `${callId}\n${tag}`;
}
