/** Accepts a message to many: what is needed to make the copies is stored before anybody is told. */
import { type Entity, parseCpim, type Recipient } from "@parlance/formats";
import { type Refusal, refuse } from "@parlance/im";
import { Expires, formatMessage, formatUri, type SipRequest } from "@parlance/sip";
import type { Random } from "@parlance/wire";
import { keyOf } from "../address-key.ts";
import type { Log, Originator, ReportCollection } from "../ports/index.ts";
import { type Job, type JobStore, StoreError, TimeOrderedIds } from "../store/index.ts";
import { type CollectedReports, collectReports } from "./collect-reports.ts";
import { formatContext } from "./context.ts";
import { isEnvelope, makeTemplate } from "./template.ts";

export interface ToMany {
  readonly request: SipRequest;
  readonly originator: Originator;
  readonly receivedAt: number;
  /** What the recipients are to get. */
  readonly parts: readonly Entity[];
  readonly recipients: readonly Recipient[];
  /** URI of the group that it was sent to; undefined for a list. */
  readonly group: string | undefined;
}

export interface FanOutPorts {
  readonly store: JobStore;
  /** Undefined when reports go straight to the author. */
  readonly collection: ReportCollection | undefined;
  readonly random: Random;
  readonly log: Log;
}

export interface FanOutOptions {
  readonly userAgent: string;
  /** After this time nobody wants a copy any more. */
  readonly maxSeconds: number;
}

const RETRY_AFTER_SECONDS = "5";

export class FanOut {
  readonly #ports: FanOutPorts;
  readonly #options: FanOutOptions;
  readonly #ids: TimeOrderedIds;

  constructor(ports: FanOutPorts, options: FanOutOptions) {
    this.#ports = ports;
    this.#options = options;
    this.#ids = new TimeOrderedIds(ports.random);
  }

  /** The job, once it is stored. Nobody gets it twice, and the author does not get it at all. */
  async accept(message: ToMany): Promise<Job | Refusal> {
    const { originator } = message;
    const own = new Set([originator.address, ...(originator.user?.identities ?? [])]);
    const recipients = message.recipients.filter(({ uri }) => !own.has(keyOf(uri)));
    try {
      const job = await this.#jobOf(message, recipients);
      if (recipients.length > 0) await this.#ports.store.add(job);
      return job;
    } catch (error) {
      return this.#notStored(error);
    }
  }

  async #jobOf(message: ToMany, recipients: readonly Recipient[]): Promise<Job> {
    const { request, originator, receivedAt, parts, group } = message;
    const collected = await this.#collect(message, recipients);
    const template = makeTemplate(
      request,
      {
        parts,
        recipients,
        userAgent: this.#options.userAgent,
        reportRoute: collected?.route,
        shownAuthor: collected?.shownAuthor,
        group,
      },
      this.#ports.random,
    );
    const { uri, address, anonymous, user } = originator;
    const uris = recipients.map((one) => one.uri);
    return {
      id: this.#ids.next(receivedAt),
      originator: address,
      createdAt: receivedAt,
      expiresAt: expiryOf(request, receivedAt, this.#options.maxSeconds),
      recipients: uris,
      context: formatContext({
        originator: { uri: formatUri(uri), address, anonymous, user: user?.name },
        recipients: uris,
        readdress: group === undefined,
      }),
      bytes: formatMessage(template),
    };
  }

  #collect(
    { request, originator, parts }: ToMany,
    recipients: readonly Recipient[],
  ): Promise<CollectedReports | undefined> {
    const { collection, random } = this.#ports;
    const envelope = parseCpim(parts.find(isEnvelope)?.content ?? new Uint8Array());
    if (!envelope.ok) return Promise.resolve(undefined);
    const uris = recipients.map(({ uri }) => uri);
    const copied = { request, originator, recipients: uris, cpim: envelope.value };
    return collectReports(copied, collection, random);
  }

  #notStored(error: unknown): Refusal {
    if (!(error instanceof StoreError)) throw error;
    this.#ports.log.warn("message to many not stored", { fault: error.fault });
    if (error.fault !== "busy") return refuse("failure");
    return refuse("overload", [["Retry-After", RETRY_AFTER_SECONDS]]);
  }
}

function expiryOf(request: SipRequest, receivedAt: number, maxSeconds: number): number {
  return receivedAt + Math.min(request.get(Expires) ?? maxSeconds, maxSeconds) * 1000; // RFC 3428 §4
}
