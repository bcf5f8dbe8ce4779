/** One large message, or files, for many: kept once, with a row for each who is to have it, and brought to all. OMA IM 9.3, 13.3 */
import { type Cpim, editCpim, type FileOffer, parseCpim } from "@parlance/formats";
import { CPIM, isRefusal, type Refusal, refuse } from "@parlance/im";
import { type Body, DateHeader, Expires, formatUri, Params, parseUri, To } from "@parlance/sip";
import type { Clock, Random } from "@parlance/wire";
import { mayBeKept, saidBy } from "../media/index.ts";
import type {
  CopyForm,
  ForMany,
  Log,
  Passage,
  ReadContent,
  Reports,
  Spreading,
  User,
  Verdict,
} from "../ports/index.ts";
import { type DeferredMessage, TimeOrderedIds } from "../store/index.ts";
import { formatKeptFile, keptFile, type Wrapping } from "./files/kept-invitation.ts";
import type { WaitingFiles } from "./files/waiting-files.ts";
import { judgeStoring } from "./judge-storing.ts";
import type { Kept } from "./large/content-sink.ts";
import type { LargeMessages } from "./large/large-messages.ts";
import { cameIn, recordOf } from "./waiting-request.ts";

export interface SpreadingPorts {
  /** The user of ours whom a URI means. */
  readonly userAt: (uri: string) => User | undefined;
  readonly isReachable: (user: User) => boolean;
  /** Keeps a copy for one of them, and brings it as soon as he is there. */
  readonly keepCopy: (copy: DeferredMessage, user: User) => Promise<Refusal | "stored">;
  readonly large: LargeMessages | undefined;
  readonly files: WaitingFiles | undefined;
  readonly reports: Reports;
  readonly readContent: ReadContent;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export interface SpreadingOptions {
  readonly maxSeconds: number;
  /** Largest file that is taken for many. */
  readonly fileBytes: number;
  /** Largest file that waits for somebody who is away. */
  readonly keptFileBytes: number;
}

/** A file for those who are there waits until they have said yes or no, and no longer. */
const OFFERED_MS = 3_600_000;
const BOUNDARY_BITS = 128;

/** What there is to bring. */
interface Copies {
  readonly mode: "large" | "file";
  readonly kept: Kept;
  readonly form: CopyForm;
  /** That is common to all copies; a file may have none. */
  readonly envelope: Cpim | undefined;
  readonly bodyFor: (user: User) => Body;
}

export class SpreadMessages implements Spreading {
  readonly #ports: SpreadingPorts;
  readonly #options: SpreadingOptions;
  readonly #ids: TimeOrderedIds;

  constructor(ports: SpreadingPorts, options: SpreadingOptions) {
    this.#ports = ports;
    this.#options = options;
    this.#ids = new TimeOrderedIds(ports.random);
  }

  spread(passage: Passage, many: ForMany): Verdict {
    const { large, files } = this.#ports;
    const { kind, offer } = saidBy(passage.request);
    if (kind !== "file") {
      const receive = (kept: Kept) => this.#message(passage, many, kept);
      return large?.receive(passage, receive) ?? no("no common media");
    }
    if (offer === undefined || files === undefined) return no("no common media");
    if (!mayBeKept(offer, this.#options.fileBytes)) return no("too big");
    const receive = (file: FileOffer, kept: Kept, came: Wrapping) =>
      this.#file(passage, many, keptFile(passage.request, file, came), kept);
    return files.receive(passage, receive);
  }

  hear(passage: Passage, maxBytes: number, say: (envelope: Uint8Array) => Promise<number>) {
    const { large } = this.#ports;
    if (large === undefined) return no("no common media");
    const receive = async (kept: Kept): Promise<number> => {
      const envelope = await large.take(kept);
      return envelope === undefined ? 408 : say(envelope);
    };
    return large.receive(passage, receive, { maxBytes });
  }

  async #message(passage: Passage, many: ForMany, kept: Kept): Promise<number> {
    const read = parseCpim(kept.start);
    if (!read.ok) return 400;
    const form = await many.form(read.value);
    const common = editCpim(kept.start, form.changes);
    const envelope = parseCpim(common);
    const status = await this.#keep(passage, many, {
      mode: "large",
      kept,
      form,
      envelope: envelope.ok ? envelope.value : undefined,
      bodyFor: ({ address }) => {
        const to = [{ name: undefined, uri: address }];
        const bytes = many.readdress ? editCpim(common, { to, cc: [] }) : common;
        return { type: CPIM, bytes };
      },
    });
    const { request, originator: author } = passage;
    if (status === 200 && author?.user !== undefined) {
      await this.#ports.large?.keepSent({ user: author.user, request, author }, kept);
    }
    return status;
  }

  async #file(
    passage: Passage,
    many: ForMany,
    file: ReturnType<typeof keptFile>,
    kept: Kept,
  ): Promise<number> {
    const read = many.reported && file.envelope ? parseCpim(file.envelope) : undefined;
    const asked = read?.ok === true ? read.value : undefined;
    const form = await many.form(asked);
    const common = asked && file.envelope && editCpim(file.envelope, form.changes);
    const envelope = common && parseCpim(common);
    const copied = { ...file, envelope: common };
    const body = formatKeptFile(copied, this.#ports.random.token(BOUNDARY_BITS));
    return this.#keep(passage, many, {
      mode: "file",
      kept,
      form,
      envelope: envelope?.ok === true ? envelope.value : undefined,
      bodyFor: () => body,
    });
  }

  /** 200 when there is a row for each who can have it, and the author hears of the others. */
  async #keep(passage: Passage, many: ForMany, copies: Copies): Promise<number> {
    const results = await Promise.all(
      many.recipients.map((uri) => this.#keepFor(uri, passage, many, copies)),
    );
    if (results.includes("stored")) return 200;
    const busy = results.some((one) => isRefusal(one) && one.status >= 500);
    return busy ? 408 : 404; // nobody can have it
  }

  async #keepFor(
    uri: string,
    passage: Passage,
    many: ForMany,
    copies: Copies,
  ): Promise<Refusal | "stored"> {
    const user = this.#ports.userAt(uri);
    const copy = user && this.#copyFor(user, passage, many, copies);
    if (user === undefined || copy === undefined) {
      const refusal = refuse(user === undefined ? "no such user" : "unreachable");
      this.#tell(passage, copies, uri);
      return refusal;
    }
    const result = await this.#ports.keepCopy(copy, user);
    if (isRefusal(result)) this.#tell(passage, copies, uri);
    return result;
  }

  /** Undefined: it must not wait for him, and he is not there. */
  #copyFor(
    user: User,
    passage: Passage,
    { to }: ForMany,
    { mode, kept, form, bodyFor }: Copies,
  ): DeferredMessage | undefined {
    const { readContent, clock } = this.#ports;
    const expiresAt = this.#expiryFor(user, passage, mode, kept.sizeBytes);
    if (expiresAt === undefined) return undefined;
    const came = cameIn(passage, bodyFor(user), readContent);
    const edit = came.request.edit();
    form.edit(edit);
    edit.set(To, { name: undefined, uri: parseUri(user.address), params: Params.none });
    const id = this.#ids.next(clock.now());
    const dressed = { ...came, request: edit.done() };
    return {
      ...recordOf({ passage: dressed, user, id, kind: "message", expiresAt }),
      group: to,
      mode,
      content: kept.content,
      sizeBytes: kept.sizeBytes,
    };
  }

  #expiryFor(
    user: User,
    { request, receivedAt }: Passage,
    mode: Copies["mode"],
    sizeBytes: number,
  ): number | undefined {
    const { maxSeconds, keptFileBytes } = this.#options;
    if (mode === "file" && sizeBytes > keptFileBytes) {
      return this.#ports.isReachable(user) ? this.#ports.clock.now() + OFFERED_MS : undefined;
    }
    const judgement = judgeStoring({
      kind: "message",
      receivedAt,
      sentAt: request.get(DateHeader),
      expiresSeconds: mode === "file" ? undefined : request.get(Expires),
      maxSeconds,
      maxReportSeconds: maxSeconds,
    });
    return isRefusal(judgement) ? undefined : judgement.expiresAt;
  }

  /** Not awaited: what the author is answered does not depend on it. */
  #tell({ originator }: Passage, { envelope: cpim }: Copies, recipient: string): void {
    if (originator === undefined || cpim === undefined) return;
    const author = formatUri(originator.uri);
    this.#ports.reports.failed({ cpim, author, recipient }).catch((error: unknown) => {
      this.#ports.log.error("failure report failed", { error: String(error) });
    });
  }
}

function no(condition: Parameters<typeof refuse>[0]): Verdict {
  return { do: "refuse", refusal: refuse(condition) };
}
