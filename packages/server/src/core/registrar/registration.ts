/** REGISTER from the guard to its answer. RFC 3261 §10.3 */
import { isRefusal, type Refusal, refuse } from "@parlance/im";
import {
  addressKey,
  type Flow,
  formatUri,
  type GruuTools,
  type HeaderLine,
  makeLine,
  parseUri,
  publicGruu,
  Require,
  readPath,
  type ServerTransaction,
  type SipRequest,
  Supported,
  temporaryGruu,
} from "@parlance/sip";
import type { Clock, Random } from "@parlance/wire";
import type { Limits } from "../../limits.ts";
import type { LimitWatch } from "../../ports/index.ts";
import { RELEASE } from "../../release.ts";
import type { Answers } from "../answer.ts";
import type { Bonds } from "../bonds.ts";
import type { Account } from "../directory.ts";
import type { Admitted } from "../guard.ts";
import type { Home } from "../home.ts";
import { featureCapsOf } from "../push/push-target.ts";
import { Rate } from "../rate.ts";
import type { RegisteredContact } from "./contact.ts";
import type { RegisterAsk, Registered, Registrar } from "./registrar.ts";

export interface RegistrationPorts {
  readonly registrar: Registrar;
  readonly home: Home;
  readonly bonds: Bonds;
  readonly gruu: GruuTools & { readonly random: Random };
  readonly clock: Clock;
  readonly limits: Limits;
  readonly answers: Answers;
  readonly hits: LimitWatch;
  /** Where clients are to send everything else; none: as they do now. RFC 3608 */
  readonly serviceRoute: readonly string[];
  /** The user can be reached: what waits for him may come. */
  readonly reachable: (account: Account) => void;
}

/** Option tags of a REGISTER that the registrar understands. RFC 3261 §10.3 step 2 */
const UNDERSTOOD: ReadonlySet<string> = new Set(["path", "outbound", "gruu"]);
const SUPPORTED = makeLine("Supported", "path, outbound, gruu");
const SERVER = makeLine("Server", RELEASE); // Appendix F: clients choose their mode by it

export class Registration {
  readonly #ports: RegistrationPorts;
  readonly #rate: Rate;
  #dated = { second: 0, line: makeLine("Date", "") };

  constructor(ports: RegistrationPorts) {
    this.#ports = ports;
    const { limits, hits, clock } = ports;
    this.#rate = new Rate(limits.registersPerSecond, limits.registerBurst);
    hits.uses("registerBurst", () => this.#rate.used(clock.now()));
  }

  serve(admitted: Admitted, transaction: ServerTransaction, flow: Flow): void | Promise<void> {
    const { home, registrar, clock } = this.#ports;
    const { request, account } = admitted;
    const objection = this.#judge(request, account);
    if (objection !== undefined || account === undefined) {
      return this.#ports.answers.refuse(transaction, objection ?? refuse("not authenticated"));
    }
    const waitSeconds = this.#rate.take(account.user.name, clock.now());
    if (waitSeconds !== undefined) {
      this.#ports.hits.hit("registersPerSecond");
      const refusal = refuse("overload", [["Retry-After", String(waitSeconds)]]);
      return this.#ports.answers.refuse(transaction, refusal);
    }
    const address = home.keyOf(request.to.uri) ?? account.user.address;
    const asked = { request, account, address, flow, provenAt: admitted.provenAt };
    const result = registrar.register(asked);
    if (!(result instanceof Promise)) return this.#answer(result, asked, transaction);
    return this.#answerLater(result, asked, transaction);
  }

  async #answerLater(
    result: Promise<Refusal | Registered>,
    asked: RegisterAsk,
    transaction: ServerTransaction,
  ): Promise<void> {
    this.#answer(await result, asked, transaction);
  }

  /** Steps 1 to 5, in their order. */
  #judge(request: SipRequest, account: Account | undefined): Refusal | undefined {
    const { home } = this.#ports;
    if (request.uri.kind !== "sip" || !home.isOurs(request.uri)) return refuse("access denied");
    const unknown = (request.get(Require) ?? []).filter(
      (tag) => !UNDERSTOOD.has(tag.toLowerCase()),
    );
    if (unknown.length > 0) {
      return refuse("unknown extension", [["Unsupported", unknown.join(", ")]]);
    }
    const key = home.keyOf(request.to.uri);
    if (account === undefined || key === undefined || !account.user.identities.includes(key)) {
      return refuse("access denied");
    }
    if (readPath(request).kind === "not supported") {
      return refuse("extension required", [["Require", "path"]]); // RFC 3327 §5.3
    }
    return undefined;
  }

  #answer(
    result: Refusal | Registered,
    { request, account, flow }: RegisterAsk,
    transaction: ServerTransaction,
  ): void {
    const { bonds, limits, reachable } = this.#ports;
    if (isRefusal(result)) return this.#ports.answers.refuse(transaction, result);
    const { contacts } = result;
    if (result.reachable) bonds.tie(flow, account, latest(contacts));
    else if (contacts.length === 0) bonds.untie(flow, account);
    const gruu = supports(request, "gruu");
    transaction.reply(200, undefined, (edit) => {
      const told = contacts.map((contact) => this.#tell(contact, gruu));
      if (told.length > 0) edit.setText("Contact", ...told);
      const path = request.texts("Path");
      if (path.length > 0) edit.setText("Path", ...path); // RFC 3327 §5.3
      const { serviceRoute } = this.#ports;
      if (serviceRoute.length > 0) edit.setText("Service-Route", serviceRoute.join(", "));
      const identities = account.user.identities.map((identity) => `<${identity}>`);
      edit.setText("P-Associated-URI", identities.join(", "));
      edit.setLine(SUPPORTED).setLine(SERVER);
      const { pushServices } = result;
      if (pushServices.length > 0) edit.setText("Feature-Caps", featureCapsOf(pushServices)); // RFC 8599 §8.2, §8.4
      if (result.requireOutbound) {
        edit.setText("Require", "outbound"); // RFC 5626 §6
        edit.setText("Flow-Timer", String(limits.flowTimerSeconds));
      }
      edit.setLine(this.#date());
    });
    if (result.reachable) reachable(account);
  }

  /** One contact as the 200 tells it. RFC 3261 §10.3 step 8, RFC 5627 §5.2 */
  #tell(contact: RegisteredContact, gruu: boolean): string {
    const now = this.#ports.clock.now();
    const left = Math.max(0, Math.ceil((contact.expiresAt - now) / 1_000));
    const plain = `${contact.contactText};expires=${left}`;
    if (!gruu || contact.instance === undefined) return plain;
    const { address } = contact.row;
    const aor = parseUri(address);
    if (aor.kind !== "sip") return plain; // a GRUU is a SIP URI, a tel identity has none
    const { instance } = contact;
    const lasting = formatUri(publicGruu(aor, instance));
    const of = { address: addressKey(aor), instance, issuedAt: now };
    const passing = formatUri(temporaryGruu(of, aor, this.#ports.gruu));
    return `${plain};pub-gruu="${lasting}";temp-gruu="${passing}"`;
  }

  /** Written once a second. RFC 3261 §20.17 */
  #date(): HeaderLine {
    const second = Math.floor(this.#ports.clock.now() / 1_000);
    if (second !== this.#dated.second) {
      const text = new Date(second * 1_000).toUTCString();
      this.#dated = { second, line: makeLine("Date", text) };
    }
    return this.#dated.line;
  }
}

function supports(request: SipRequest, tag: string): boolean {
  return request.get(Supported)?.some((one) => one.toLowerCase() === tag) === true;
}

function latest(contacts: readonly RegisteredContact[]): number {
  return contacts.reduce((until, { expiresAt }) => Math.max(until, expiresAt), 0);
}
