/** A user asks by REFER for what the server keeps for him: it comes to the device that asks, one after the other. Clauses 14.5, 15.5 */
import { asksFor, IM_TAG, isRefusal, type Refusal, refuse } from "@parlance/im";
import {
  addressKey,
  type NameAddr,
  REFER_SUB_FALSE,
  ReferSub,
  referEvent,
  type SipUri,
} from "@parlance/sip";
import type { PushResult } from "../bringing/index.ts";
import type {
  Binding,
  Log,
  MaybePromise,
  Notifier,
  Owner,
  Passage,
  Towards,
  Untagged,
  User,
  Verdict,
  Way,
} from "../ports/index.ts";
import { askingDevice } from "./asking-device.ts";
import { type ReferAsk, type Report, readRefer } from "./refer-ask.ts";
import { ReferProgress } from "./refer-reports.ts";

/** What is kept for users, each thing under a reference of its own. */
export interface Shelf {
  /** What these references name, in this order; undefined: one of them names nothing of his. */
  find(user: User, references: readonly string[]): Promise<readonly string[] | undefined>;
  /** Brings one of them to these devices. */
  bring(user: User, id: string, asked: Asked): Promise<PushResult>;
}

/** Who has asked, and how what is brought says that it was asked for. */
export interface Asked {
  readonly devices: readonly Binding[];
  /** Of the REFER: it comes back in In-Reply-To. RFC 3261 §20.21 */
  readonly callId: string;
  /** Address key of the service, for Referred-By. Clause 14.5 */
  readonly service: string;
}

export interface FetchingPorts {
  readonly shelf: Shelf;
  readonly notifier: Notifier;
  readonly way: Pick<Way, "bindings">;
  readonly contact: (towards: Pick<Towards, "transport" | "local">) => NameAddr;
  readonly log: Log;
}

export interface FetchingOptions {
  /** Of the function, for the trace. */
  readonly name: string;
  /** Address key. */
  readonly address: string;
  readonly untagged: Untagged;
  readonly userAgent: string;
}

/** Of one REFER; as many as a list of what waits may have. */
const MOST_NAMED = 1_000;
/** REFERs of one user that wait for those before them. */
const MOST_WAITING = 8;
const BUSY: Refusal = refuse("overload", [["Retry-After", "5"]]);
/** What fetches is not told apart from what is not known. */
const NOT_KEPT: Refusal = refuse("no such user");

export class Fetching implements Owner {
  readonly #ports: FetchingPorts;
  readonly #options: FetchingOptions;
  /** Of each user: what is brought, one thing at a time, and how many REFERs there are. */
  readonly #lines = new Map<string, { work: Promise<unknown>; waiting: number }>();

  constructor(ports: FetchingPorts, options: FetchingOptions) {
    this.#ports = ports;
    this.#options = options;
  }

  get name(): string {
    return this.#options.name;
  }

  owns(uri: SipUri): boolean {
    return addressKey(uri) === this.#options.address;
  }

  serve(passage: Passage): MaybePromise<Verdict> {
    const { request, originator } = passage;
    if (request.method !== "REFER") return no(refuse("unknown method", [["Allow", "REFER"]]));
    if (this.#options.untagged !== "serve" && !asksFor(request, IM_TAG)) {
      return no(refuse("no feature tag"));
    }
    const user = originator?.user;
    if (user === undefined) return no(refuse("not authenticated"));
    const ask = readRefer(request, MOST_NAMED);
    if (isRefusal(ask)) return no(ask);
    if (!ask.targets.every(({ method }) => BRINGS.has(method))) return no(refuse("access denied"));
    if ((this.#lines.get(user.name)?.waiting ?? 0) >= MOST_WAITING) return no(BUSY);
    return this.#find(passage, user, ask);
  }

  async #find(passage: Passage, user: User, ask: ReferAsk): Promise<Verdict> {
    const { shelf, way } = this.#ports;
    const { request, transaction } = passage;
    const references = ask.targets.map(({ text }) => text);
    const ids = await shelf.find(user, references);
    if (ids === undefined || transaction === undefined) return no(NOT_KEPT);
    const report = this.#answer(passage, ask);
    const devices = askingDevice(passage, way.bindings(request, user));
    const asked: Asked = { devices, callId: request.callId, service: this.#options.address };
    this.#inLine(user.name, () => this.#bring(user, ids, asked, report));
    return { do: "taken" };
  }

  /** 202, and the subscription that it makes. RFC 3515 §2.4.4, RFC 4488 §4 */
  #answer(passage: Passage, { silent }: ReferAsk): Report {
    const { notifier, contact } = this.#ports;
    const { request, transaction } = passage;
    transaction?.reply(202, undefined, (answer) => {
      answer.setText("Server", this.#options.userAgent);
      if (silent && request.has(ReferSub)) answer.set(ReferSub, REFER_SUB_FALSE);
    });
    if (silent) return () => undefined;
    const progress = new ReferProgress(`${this.#options.address} ${request.callId}`, contact);
    notifier.implied(passage, referEvent(request.cseq.number), progress);
    return progress.report;
  }

  async #bring(user: User, ids: readonly string[], asked: Asked, report: Report): Promise<void> {
    let status = 200;
    for (const id of ids) {
      const result = await this.#ports.shelf.bring(user, id, asked);
      if (result !== "delivered") status = statusOf(result);
      if (result === "away") break; // nobody is there who would take the next
    }
    report(status);
  }

  #inLine(name: string, run: () => Promise<void>): void {
    const line = this.#lines.get(name) ?? { work: Promise.resolve(), waiting: 0 };
    this.#lines.set(name, line);
    line.waiting += 1;
    line.work = line.work.then(run).then(
      () => this.#left(name, line),
      (error: unknown) => {
        this.#ports.log.error("not brought", { error: String(error) });
        this.#left(name, line);
      },
    );
  }

  #left(name: string, line: { waiting: number }): void {
    line.waiting -= 1;
    if (line.waiting === 0) this.#lines.delete(name);
  }
}

/** INVITE is what is meant where nothing is said. */
const BRINGS: ReadonlySet<string> = new Set(["INVITE", "MESSAGE"]);

function statusOf(result: PushResult): number {
  switch (result) {
    case "delivered":
      return 200;
    case "unreadable":
      return 404;
    case "refused":
    case "declined":
    case "unwelcome":
    case "unfit":
      return 488;
    default:
      return 480;
  }
}

function no(refusal: Refusal): Verdict {
  return { do: "refuse", refusal };
}
