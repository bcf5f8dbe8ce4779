/** Brings one file to somebody: in sessions, again where it was cut, or by way of the file server. RFC 5547 §8, OMA IM 10.1 */
import { type MimeHeader, makeSessionBody } from "@parlance/formats";
import { CPIM, readCondition } from "@parlance/im";
import { type Body, parseUri } from "@parlance/sip";
import type { Random } from "@parlance/wire";
import { ImError } from "../../base/errors.ts";
import { onAbort } from "../../base/signal.ts";
import { Stop } from "../../files/stop.ts";
import { isInRoom, type SendingState } from "../../store/client-store.ts";
import { makeInvite } from "../invite.ts";
import { FileBody } from "./file-body.ts";
import type { FileFacts } from "./file-facts.ts";
import { offerOf } from "./file-said.ts";
import { FileSending } from "./file-sending.ts";
import { pause } from "./sent-file.ts";
import { readThumbnail, type Thumbnail } from "./thumbnail.ts";
import type { FileTransferPorts, Wanted } from "./wanted-file.ts";

const PATIENCE_MS = 180_000;
/** After a transfer that was cut and did not come back by itself. */
const AGAIN_MS: readonly number[] = [1_000, 5_000, 15_000, 30_000];
/** How often it is looked whether there is a line again, and for how long. */
const LOOK_MS = 1_000;
const MOST_OFFLINE_MS = 300_000;
const KEEP_MS = 1_000;
/** Longer than a server waits for the reports of devices, of which it makes one. RFC 4975 §7.1.2 */
const ROOM_REPORTS_MS = 120_000;
const NO_FILES = "the other does not take files";
const NO_MESSAGES = "the other does not take messages, and a link to a file comes in one";

/** One file, until it is there or given up. */
export class FileTransfer {
  readonly #wanted: Wanted;
  readonly #body: FileBody;
  readonly #ports: FileTransferPorts;
  readonly #stop: Stop;
  #begun = false;
  #keptAt = 0;

  constructor(wanted: Wanted, ports: FileTransferPorts) {
    this.#wanted = wanted;
    const { content, options, startByte } = wanted;
    this.#body = new FileBody(content, options.sizeBytes, startByte);
    this.#ports = ports;
    this.#stop = new Stop(ports.clock, wanted.options.signal);
    this.#begun = wanted.file.state === "interrupted"; // by an earlier program
  }

  async run(): Promise<void> {
    await this.#run();
    this.close();
  }

  /** Nothing of it is read any more. */
  close(): void {
    this.#stop.done();
    this.#body.close();
  }

  end(): void {
    this.#stop.stop();
  }

  async #run(): Promise<void> {
    const { file, options, facts } = this.#wanted;
    const { via = "auto" } = options;
    try {
      if (via === "http") return await this.#byServer();
      const hashes = await this.#body.hashes(this.#ports.startHash, this.#stop);
      file.hashed(hashes);
      const thumbnail = await readThumbnail(options.thumbnail, this.#ports.random);
      await this.#insistently({ ...facts, hashes, createdAt: undefined }, thumbnail);
    } catch (error) {
      if (!(error instanceof ImError)) this.#ports.report(error);
      const known =
        error instanceof ImError ? whyOf(error, via) : new ImError("not kept", { cause: error });
      if (via !== "auto" || !this.#mayGoByServer(known)) return file.fail(known);
      await this.#byServer().catch((last: unknown) => {
        file.fail(
          last instanceof ImError ? whyOf(last, "http") : new ImError("not kept", { cause: last }),
        );
      });
    }
  }

  /** Once it has begun it is tried again: the other side knows by its id what it has already. */
  async #insistently(facts: FileFacts, thumbnail: Thumbnail | undefined): Promise<void> {
    const { file } = this.#wanted;
    const body = this.#body;
    let [failures, offlineMs] = [0, 0];
    for (;;) {
      const before = body.sentBytes;
      try {
        return await this.#once(facts, thumbnail);
      } catch (error) {
        if (!this.#begun || !(error instanceof ImError)) throw error;
        if (body.sentBytes > before) [failures, offlineMs] = [0, 0];
        if (error.code === "offline") {
          offlineMs += LOOK_MS;
          if (offlineMs > MOST_OFFLINE_MS) throw error;
          file.become("interrupted");
          await pause(this.#ports.clock, LOOK_MS, this.#stop);
          continue;
        }
        // The other side does not have the beginning any more.
        const anew = error.code === "not supported" && before > 0 && body.rereadable;
        const waitMs = AGAIN_MS[failures];
        if (!(anew || mayBeTriedAgain(error)) || waitMs === undefined) throw error;
        if (anew) body.rewind();
        failures += 1;
        file.become("interrupted");
        await pause(this.#ports.clock, waitMs, this.#stop);
      }
    }
  }

  async #once(facts: FileFacts, thumbnail: Thumbnail | undefined): Promise<void> {
    const { to, options, file } = this.#wanted;
    const body = this.#body;
    const { media, sender, random, clock, door } = this.#ports;
    const { subject } = options;
    if (file.known) return; // by a receipt, which has overtaken what was to be tried again
    if (this.#stop.aborted) throw new ImError("aborted");
    if (media === undefined) throw new ImError("not supported");
    if (!media.isOnline()) throw new ImError("offline");
    if (door.full) throw new ImError("busy");
    const first = body.sentBytes + 1;
    const range = first === 1 ? undefined : { first, last: facts.sizeBytes };
    const terms = {
      acceptTypes: [...new Set([CPIM, facts.type.essence])],
      acceptWrappedTypes: ["*"],
      direction: "sendonly",
      file: offerOf(facts, { iconId: thumbnail?.contentId, range }),
    } as const;
    const sending = new FileSending({ facts, body, terms }, this.#user, {
      media,
      clock,
      from: sender.address,
      to,
      messageId: file.id,
    });
    file.told = () => sending.told();
    door.hold(sending.session);
    const letGo = onAbort(this.#stop, () => sending.abort());
    const wish = { kind: "file", to: parseUri(to), subject } as const;
    file.become("offered");
    sending.session.invite(
      (offer) => makeInvite(wish, withThumbnail(offer, thumbnail, random), sender, random),
      { kind: "file", patienceMs: PATIENCE_MS },
    );
    try {
      const outcome = await sending.done;
      if (outcome === "delivered") file.become("delivered");
      else if (outcome === "unreported") file.unreported();
    } finally {
      letGo();
      file.told = undefined;
    }
  }

  get #user() {
    const { file } = this.#wanted;
    const body = this.#body;
    return {
      ringing: () => {},
      accepted: () => {
        this.#begun = true;
        file.become("sending");
      },
      interrupted: () => file.become("interrupted"),
      resumed: () => file.become("sending"),
      progress: () => this.#advance(body.sentBytes),
      sent: () => {
        file.advance(body.sentBytes);
        file.become("sent");
      },
    };
  }

  /** How far it has come is written down from time to time: a program that ends may not have the time to. */
  #advance(doneBytes: number): void {
    const { file, keep } = this.#wanted;
    file.advance(doneBytes);
    const now = this.#ports.clock.now();
    if (now - this.#keptAt < KEEP_MS) return;
    this.#keptAt = now;
    keep();
  }

  /** A group says that all have been told of it, or says nothing at all where one of them cannot be reached. */
  #endInRoom(): void {
    const { file } = this.#wanted;
    const cancel = this.#ports.clock.schedule(ROOM_REPORTS_MS, () => file.unreported());
    file.delivered.then(cancel, cancel);
  }

  /** Whoever said no is not asked in another way. */
  #mayGoByServer({ code }: ImError): boolean {
    const nobody = code === "not reachable" || code === "not supported" || code === "timeout";
    return nobody && this.#body.rereadable && this.#ports.files.available;
  }

  /** IM-7.1.3.2-03: content that lies outside the session. */
  async #byServer(): Promise<void> {
    const { to, content, options, file, keep } = this.#wanted;
    const { name, type, sizeBytes, thumbnail, subject } = options;
    const signal = this.#stop;
    const { files, send } = this.#ports;
    file.goesBy("http");
    file.become("sending");
    const stored = await files.upload(content, {
      ...(name === undefined ? {} : { name }),
      ...(type === undefined ? {} : { type }),
      ...(sizeBytes === undefined ? {} : { sizeBytes }),
      ...(thumbnail === undefined ? {} : { thumbnail }),
      signal,
      onProgress: ({ doneBytes }) => this.#advance(doneBytes),
      ...(file.resume?.upload === undefined ? {} : { begun: file.resume.upload }),
      onBegun: (upload) => {
        if (file.resume !== undefined) file.resumesWith({ ...file.resume, upload });
        keep();
      },
    });
    const { sha1, sha256 } = stored;
    file.hashed([
      { algorithm: "sha-1", value: sha1 },
      { algorithm: "sha-256", value: sha256 },
    ]);
    const message = send(to, files.announcement(stored), {
      ...(subject === undefined ? {} : { subject }),
      signal,
    });
    file.announced(message.id);
    keep(); // it must not be announced twice
    await message.accepted;
    file.become("sent");
    const waits = (state: SendingState): void => {
      if (state === "deferred") file.become("deferred");
    };
    message.on("state", waits);
    waits(message.state);
    if (isInRoom(message.record)) this.#endInRoom();
    message.delivered.then(
      () => file.become("delivered"),
      (error: unknown) => {
        const known = error instanceof ImError ? error : new ImError("timeout");
        // Where the client ends first the file is there all the same.
        if (known.code === "closed") file.unreported("closed");
        else file.fail(known);
      },
    );
  }
}

/** Whoever has barred files takes them in no way, now or later; whoever has barred messages takes no link. */
function whyOf(error: ImError, via: "session" | "http" | "auto"): ImError {
  const { code, status = 0, warning } = error;
  const condition = warning === undefined ? undefined : readCondition(status, [warning]);
  if (condition === "files barred" || (condition === "barred" && via !== "http")) {
    return new ImError("refused", { status, warning: NO_FILES });
  }
  return condition === "barred" ? new ImError(code, { status, warning: NO_MESSAGES }) : error;
}

function mayBeTriedAgain({ code }: ImError): boolean {
  return ["timeout", "not reachable", "server trouble", "busy"].includes(code);
}

/** RFC 5547 §8.8: a part of its own, which the description points to. */
function withThumbnail(
  { bytes, type }: Body,
  thumbnail: Thumbnail | undefined,
  random: Random,
): Body {
  if (thumbnail === undefined) return { bytes, type };
  const headers: MimeHeader[] = [
    ["Content-Type", thumbnail.type],
    ["Content-Transfer-Encoding", "binary"],
    ["Content-ID", `<${thumbnail.contentId}>`],
    ["Content-Disposition", "icon"],
  ];
  const related = [{ headers, content: thumbnail.content }];
  const boundary = random.token(128);
  const entity = makeSessionBody({ description: bytes, related, boundary });
  const [[, whole] = ["", ""]] = entity.headers;
  return { type: whole, bytes: entity.content };
}
