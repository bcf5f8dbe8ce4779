/** What users ask of the server at their own addresses, by the event package that it is about. RFC 3903 §6, RFC 6665 §4.2.1 */
import { type Refusal, refuse } from "@parlance/im";
import { Event, type SipRequest } from "@parlance/sip";
import type { Log, OwnAddress, Passage, Verdict } from "../ports/index.ts";
import type { Asker } from "./asker.ts";
import type { Home } from "./home.ts";

export interface OwnAddressesPorts {
  readonly home: Home;
  /** Takes one request from what a user may send; false when there is none left for now. */
  readonly mayAsk: (user: string) => boolean;
  readonly log: Log;
}

const LATER: Refusal = refuse("overload", [["Retry-After", "1"]]);

export class OwnAddresses {
  readonly #ports: OwnAddressesPorts;
  #functions: readonly OwnAddress[] = [];

  constructor(ports: OwnAddressesPorts) {
    this.#ports = ports;
  }

  /** The functions need the core, and the core needs them: they are told when both are made. */
  use(functions: readonly OwnAddress[]): void {
    this.#functions = functions;
  }

  /** Event packages that may be watched. */
  get packages(): readonly string[] {
    return this.#functions.flatMap(({ packages }) => packages.subscribe);
  }

  /** False: it is about no package of these. */
  serves(passage: Passage, asker: Asker): boolean {
    const { request, originator } = passage;
    const found = this.#find(request);
    if (found === undefined) return false;
    const { home, mayAsk, log } = this.#ports;
    const user = originator?.user?.address;
    if (user !== undefined && !mayAsk(user)) {
      asker.refuse(LATER);
      return true;
    }
    const verdict = found.serve(passage, { key: home.keyOf(request.uri) });
    if (!(verdict instanceof Promise)) {
      tell(verdict, asker);
      return true;
    }
    verdict.then(
      (said) => tell(said, asker),
      (error: unknown) => {
        log.error("own address failed", { error: String(error) });
        asker.refuse(refuse("failure"));
      },
    );
    return true;
  }

  #find(request: SipRequest): OwnAddress | undefined {
    const { method } = request;
    if (method !== "PUBLISH" && method !== "SUBSCRIBE") return undefined;
    const event = request.get(Event)?.value ?? "";
    return this.#functions.find(({ packages: { publish, subscribe } }) =>
      (method === "PUBLISH" ? publish : subscribe).includes(event),
    );
  }
}

function tell(verdict: Verdict, asker: Asker): void {
  if (verdict.do === "refuse") return asker.refuse(verdict.refusal);
  if (verdict.do === "answer") return asker.reply(verdict.status, verdict.edit);
  if (verdict.do === "taken") return;
  throw new Error(`what is asked at one's own address cannot ${verdict.do}`);
}
