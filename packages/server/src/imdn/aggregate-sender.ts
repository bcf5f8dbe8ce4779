/** Sends gathered reports to the author and notes what became of them. RFC 5438 §8.3 */
import { parseCpim } from "@parlance/formats";
import { addressKey, parseUri } from "@parlance/sip";
import type { Clock, Random } from "@parlance/wire";
import type { Log, Originator, Way } from "../ports/index.ts";
import type { DispositionReport, ImdnStore, SentMessageState } from "../store/index.ts";
import { type Batch, batchesOf, singlesOf } from "./aggregate.ts";
import { makeServerMessage } from "./server-message.ts";

export type Sending = SentMessageState;

export interface SenderPorts {
  readonly store: ImdnStore;
  readonly way: Pick<Way, "submit">;
  /** Can this author be brought a message now that is too long for a datagram? Of others we cannot know: true. */
  readonly takesLong: (author: string) => boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export interface SenderOptions {
  readonly address: string;
  readonly userAgent: string;
}

const RETRY_MS = 60_000; // the author's function keeps them by itself; this is for when it cannot

export class AggregateSender {
  readonly #ports: SenderPorts;
  readonly #options: SenderOptions;

  constructor(ports: SenderPorts, options: SenderOptions) {
    this.#ports = ports;
    this.#options = options;
  }

  /** What was given to the author is noted after he has it: a crash may tell him twice. */
  async send({ message, reports }: Sending): Promise<void> {
    const { store, random, takesLong } = this.#ports;
    const { messageId, author, expiresAt } = message;
    // What is long waits, once it is kept, for a connection that some phones never make.
    // Who still waits comes before those for whom it is over: nobody thinks for a moment that it is over for all.
    const ordered = reports.toSorted((one, other) => placeOf(one) - placeOf(other));
    const batches = takesLong(author) ? batchesOf(ordered, random) : singlesOf(ordered, random);
    for (const batch of batches) {
      const status = await this.#sendBatch(message.context, batch);
      if (isForLater(status)) {
        const deadline = this.#ports.clock.now() + RETRY_MS;
        await store.passedOn(messageId, author, [], deadline);
        return;
      }
      await store.passedOn(messageId, author, batch.reports, expiresAt);
    }
    // Nothing came: it rests until a report arms it again.
    if (reports.length === 0) await store.passedOn(messageId, author, [], expiresAt);
  }

  async #sendBatch(author: string, batch: Batch): Promise<number> {
    const status = await this.#submit(author, batch);
    const several = batch.reports.length > 1;
    if (!several || ![413, 415, 488].includes(status)) return status;
    let last = status;
    for (const single of singlesOf(batch.reports, this.#ports.random)) {
      last = await this.#submit(author, single);
      if (isForLater(last)) break;
    }
    return last;
  }

  async #submit(author: string, { reports, contentType, body }: Batch): Promise<number> {
    const { clock, random, way, log } = this.#ports;
    const { address, userAgent } = this.#options;
    // Alone it is the report of its recipient, as it names him; together they are the service's.
    const from = (reports.length === 1 ? shownIn(body) : undefined) ?? address;
    const message = { to: author, from, contentType, body, now: clock.now(), userAgent };
    const request = makeServerMessage(message, random);
    const principal = { kind: "server", onBehalfOf: undefined } as const;
    const { status } = await way.submit(request, principal, originatorOf(from));
    if (status >= 300) log.info("reports not delivered", { status });
    return status;
  }
}

function placeOf({ kind }: DispositionReport): number {
  return kind === "processing" ? 0 : 1;
}

function shownIn(body: Uint8Array): string | undefined {
  const envelope = parseCpim(body);
  return envelope.ok ? envelope.value.from?.uri : undefined;
}

function isForLater(status: number): boolean {
  return status === 408 || status === 480 || status >= 500;
}

function originatorOf(address: string): Originator {
  const uri = parseUri(address);
  return { uri, address: addressKey(uri), anonymous: false, user: undefined };
}
