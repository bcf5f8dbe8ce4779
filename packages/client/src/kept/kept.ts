/** What waits for the user at his server, and what it has recorded for him: listed, fetched, removed. OMA IM 12, 13 */
import {
  DEFERRED_LIST_TYPE,
  type Entity,
  HISTORY_LIST_TYPE,
  type HistoryEntry,
} from "@parlance/formats";
import { serviceAddresses } from "@parlance/im";
import { ImError } from "../base/errors.ts";
import { onAbort, type Signal } from "../base/signal.ts";
import { keptList } from "./kept-list.ts";
import type { KeptPorts } from "./ports.ts";
import { type RecordedMessage, recordedMessages } from "./recorded-messages.ts";
import { referRequest } from "./refer-request.ts";

export interface KeptOptions {
  readonly signal?: Signal;
}

/** A message that waits at the server. */
export interface WaitingMessage {
  /** By which the server knows it. */
  readonly id: string;
  /** Undefined for somebody who hides himself. */
  readonly from: string | undefined;
  /** When it came. */
  readonly time: Date | undefined;
  readonly expires: Date | undefined;
  readonly size: number | undefined;
  /** "message", "large message" or "file"; undefined where a server does not say. */
  readonly type: string | undefined;
  readonly subject: string | undefined;
  /** Of the group that it was sent to. */
  readonly group: string | undefined;
  /**
   * Has it brought: it comes as any other message, a file as any other that is offered. Resolves when it is here.
   * Rejects with ImError: "no such user or group" where it is not there any more, "timeout", "offline" …
   */
  fetch(options?: KeptOptions): Promise<void>;
  /** Nobody gets it any more; its author hears that it failed, if he has asked for that. False: it was gone. */
  remove(options?: KeptOptions): Promise<boolean>;
}

/** A session that the server has recorded for the user. */
export interface RecordedSession {
  /** By which the server knows it. */
  readonly id: string;
  readonly name: string;
  readonly subject: string | undefined;
  readonly started: Date | undefined;
  /** Undefined while it goes on. */
  readonly ended: Date | undefined;
  readonly expires: Date | undefined;
  readonly size: number | undefined;
  readonly group: string | undefined;
  /** Who was in it beside the user, as he could see them. */
  readonly parties: readonly { readonly address: string; readonly name: string | undefined }[];
  /** All that was said in it, in order. It stays at the server. Rejects with ImError. */
  fetch(options?: KeptOptions): Promise<readonly RecordedMessage[]>;
  /** With all that was said in it. False: it was gone. */
  remove(options?: KeptOptions): Promise<boolean>;
}

const DEFERRED = { usage: "org.openmobilealliance.deferred-list", name: "deferred-list" } as const;
const RECORDED = { usage: "org.openmobilealliance.conv-history", name: "conv-history" } as const;
/** For what was asked for to come: it may be as large as a session of a whole day. */
const PATIENCE_MS = 60_000;

export class Kept {
  readonly #ports: KeptPorts;
  readonly #services: ReturnType<typeof serviceAddresses>;

  constructor(ports: KeptPorts) {
    this.#ports = ports;
    this.#services = serviceAddresses(ports.domain);
  }

  /** What waits now, in the order in which it came. */
  async waiting(signal: Signal | undefined): Promise<readonly WaitingMessage[]> {
    const entries = await this.#list(DEFERRED, DEFERRED_LIST_TYPE, signal);
    return entries.map((entry) => this.#waiting(entry));
  }

  /** What was recorded, the newest first. */
  async recorded(signal: Signal | undefined): Promise<readonly RecordedSession[]> {
    const entries = await this.#list(RECORDED, HISTORY_LIST_TYPE, signal);
    return entries.flatMap((entry) => {
      const session = this.#recorded(entry);
      return session === undefined ? [] : [session];
    });
  }

  /** Has everything brought that waits. Resolves when the server is about it. IM-5.2.4-Q1 */
  async fetchAll(): Promise<void> {
    const service = this.#services.deferred;
    const target = service.replace(/^sip:[^@]+@/, "sip:all@deferred.");
    await this.#refer({ service, target });
  }

  #list(place: typeof DEFERRED | typeof RECORDED, type: string, signal: Signal | undefined) {
    return keptList({ place, type, signal }, this.#ports);
  }

  #waiting(entry: HistoryEntry): WaitingMessage {
    const { reference, subject, type, sizeBytes: size } = entry;
    const pager = entry.record?.kind === "pager" ? entry.record : undefined;
    return {
      id: reference,
      from: pager?.authId ?? shown(pager?.from),
      time: dateOf(pager?.timeStamp),
      expires: dateOf(entry.expiry),
      size,
      type,
      subject,
      group: pager?.recipients?.groupUri,
      fetch: ({ signal } = {}) =>
        this.#fetch({ service: this.#services.deferred, reference, signal }),
      remove: ({ signal } = {}) => this.#remove(DEFERRED, reference, signal),
    };
  }

  #recorded(entry: HistoryEntry): RecordedSession | undefined {
    const { reference, record, subject, sizeBytes: size } = entry;
    if (record?.kind !== "conference") return undefined;
    const { participants } = record;
    return {
      id: reference,
      name: record.recordingName ?? subject ?? "",
      subject,
      started: dateOf(record.timeStart),
      ended: dateOf(record.timeEnd),
      expires: dateOf(entry.expiry),
      size,
      group: participants?.groupUri,
      parties: (participants?.entries ?? []).map(({ uri: address, displayName: name }) => ({
        address,
        name,
      })),
      fetch: ({ signal } = {}) => this.#fetchRecorded(reference, signal),
      remove: ({ signal } = {}) => this.#remove(RECORDED, reference, signal),
    };
  }

  async #fetchRecorded(
    reference: string,
    signal: Signal | undefined,
  ): Promise<readonly RecordedMessage[]> {
    let found: readonly RecordedMessage[] | undefined;
    const take = (entity: Entity): number => {
      found = recordedMessages(entity);
      return found === undefined ? 400 : 200;
    };
    await this.#fetch({ service: this.#services.history, reference, signal, take });
    return found ?? [];
  }

  /** Resolves when it is here. */
  async #fetch(of: {
    readonly service: string;
    readonly reference: string;
    readonly signal: Signal | undefined;
    readonly take?: (entity: Entity) => number;
  }): Promise<void> {
    const { service, reference, signal, take } = of;
    if (signal?.aborted) throw new ImError("aborted");
    const here = Promise.withResolvers<void>();
    here.promise.catch(() => {}); // told to whoever waits for it
    const letGo = onAbort(signal, () => here.reject(new ImError("aborted")));
    const asked = { came: () => here.resolve(), ...(take === undefined ? {} : { take }) };
    const late = this.#ports.clock.schedule(PATIENCE_MS, () => here.reject(new ImError("timeout")));
    let over: (() => void) | undefined;
    try {
      await this.#refer({ service, target: reference }, (callId) => {
        over = this.#ports.asked.add(callId, asked);
      });
      await here.promise;
    } finally {
      letGo();
      late();
      over?.();
    }
  }

  async #refer(
    of: Parameters<typeof referRequest>[0],
    before: (callId: string) => void = () => {},
  ): Promise<void> {
    const request = referRequest(of, this.#ports);
    before(request.callId); // what comes may overtake the answer
    const { status } = await this.#ports.requests.send(request);
    if (status < 300) return;
    if (status === 404) throw new ImError("no such user or group", { status });
    throw new ImError(status === 503 ? "busy" : "refused", { status });
  }

  #remove(
    place: typeof DEFERRED | typeof RECORDED,
    reference: string,
    signal: Signal | undefined,
  ): Promise<boolean> {
    const node = `history-list/history[@history-reference="${reference}"]`;
    return this.#ports.documents.remove({ ...place, node }, signal === undefined ? {} : { signal });
  }
}

function dateOf(text: string | undefined): Date | undefined {
  const date = text === undefined ? undefined : new Date(text);
  return date === undefined || Number.isNaN(date.getTime()) ? undefined : date;
}

function shown(from: string | undefined): string | undefined {
  return from === undefined || from.endsWith("@anonymous.invalid") ? undefined : from;
}
