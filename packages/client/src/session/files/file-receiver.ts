/** Takes offers of files, and asks for files of others. RFC 5547 §8, OMA IM 10.1, 10.2 */
import {
  ANY_FILE,
  compareTransfers,
  type FileOffer,
  type FileSelector,
  partWithId,
  safeFileName,
} from "@parlance/formats";
import { CPIM, refuse } from "@parlance/im";
import { parseUri, type ServerTransaction } from "@parlance/sip";
import type { Cancel, Clock, Random, StartHash } from "@parlance/wire";
import { ImError } from "../../base/errors.ts";
import { onAbort, type Signal } from "../../base/signal.ts";
import type { Sender } from "../../sending/pager-message.ts";
import type { Door } from "../door.ts";
import type { Invitation, Offered } from "../invitation.ts";
import { makeInvite } from "../invite.ts";
import type { MediaEnd, MediaPorts } from "../media/media-session.ts";
import type { MediaTerms } from "../media/own-description.ts";
import { FileArrival, type FileArrivalUser, MOST_BYTES } from "./file-arrival.ts";
import { newTransferId } from "./file-facts.ts";
import type { FileRecorder } from "./file-recorder.ts";
import { IncomingFile, type IncomingFileFacts } from "./incoming-file.ts";
import { KnownArrival } from "./known-arrival.ts";
import { pictureType } from "./thumbnail.ts";

export interface FileReceiverPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly startHash: StartHash;
  readonly sender: Sender;
  readonly door: Door;
  readonly recorder: FileRecorder;
  /** A file is offered; false: nobody decides about it. */
  readonly offered: (file: IncomingFile) => boolean;
  readonly report: (error: unknown) => void;
}

/** Which file of the other side is wanted: by what is known of it. */
export interface FileWish {
  readonly name?: string;
  readonly sizeBytes?: number;
  /** Lower-case hexadecimal. */
  readonly sha1?: string;
  readonly sha256?: string;
}

const ANSWER_MS = 90_000; // T-answer
/** How long a sender who was cut off may take to come back. */
const RETURN_MS = 360_000;
const PATIENCE_MS = 180_000;
/** For an answer that says no to reach the sender before the BYE does. */
const LAST_ANSWER_MS = 500;
const MOST_THUMBNAIL_BYTES = 65_536;

const CALLED_OFF = new ImError("aborted", { warning: "its sender has called it off" });

/** A file that is being taken, and the session by which it comes now. */
interface Taken {
  readonly file: IncomingFile;
  readonly offer: FileOffer;
  /** It was asked for: nobody comes back with it by himself. */
  readonly wanted: boolean;
  arrival: FileArrival;
  giveUp: Cancel;
}

export class FileReceiver {
  readonly #ports: FileReceiverPorts;
  /** By sender and transfer id. */
  readonly #taken = new Map<string, Taken>();
  readonly #leaving = new Set<Promise<void>>();

  constructor(ports: FileReceiverPorts) {
    this.#ports = ports;
  }

  /** Somebody offers a file. */
  async invited(
    invitation: Invitation,
    transaction: ServerTransaction,
    media: MediaPorts,
  ): Promise<void> {
    const { offered, origin } = invitation;
    const offer = offered?.media.file;
    if (offered === undefined || offer === undefined) {
      return this.#ports.door.refuse(transaction, refuse("no common media"));
    }
    const key = keyOf(origin.from, offer);
    const known = this.#taken.get(key);
    const again = known !== undefined && known.file.live;
    if (again) return this.#again(known, { key, offer, offered, transaction, media });
    if (await this.#ports.recorder.hasArrived(origin.from, offer)) {
      return this.#onceMore({ key, offer, offered, transaction, media });
    }
    // Without what comes before there is no use for it.
    if ((offer.range?.first ?? 1) > 1) {
      return this.#ports.door.refuse(transaction, refuse("no common media"));
    }
    this.#ask(invitation, { key, offer, offered, transaction, media });
  }

  /** Asks the other side for a file. The loop over it throws ImError when it does not come. */
  fetch(
    peer: string,
    wish: FileWish,
    on: { readonly media: MediaPorts; readonly signal: Signal | undefined },
  ): IncomingFile {
    const { sender, random, door } = this.#ports;
    const { media, signal } = on;
    const selector = selectorFor(wish);
    const transferId = newTransferId(random);
    const offer: FileOffer = { ...NO_OFFER, selector, transferId };
    const facts = {
      id: transferId,
      from: peer,
      fromName: undefined,
      conversation: peer,
      name: safeFileName(wish.name),
      type: "application/octet-stream",
      sizeBytes: wish.sizeBytes,
      thumbnail: undefined,
      subject: undefined,
      selector,
    };
    const key = keyOf(peer, offer);
    const taken = this.#take(facts, { key, offer, media, firstByte: 1, wanted: true });
    const { session } = taken.arrival;
    taken.file.become("receiving");
    this.#ports.recorder.received(taken.file);
    door.hold(session);
    session.invite(
      (body) => makeInvite({ kind: "file", to: parseUri(peer) }, body, sender, random),
      { kind: "file", patienceMs: PATIENCE_MS },
    );
    const letGo = onAbort(signal, () => taken.file.fail(new ImError("aborted")));
    void session.done.then(letGo);
    return taken.file;
  }

  /** Resolves when the senders of what is here have said goodbye: before that they may not know that it is. */
  async idle(): Promise<void> {
    await Promise.all(this.#leaving);
  }

  /** Nothing comes any more. */
  end(): void {
    for (const { file } of this.#taken.values()) if (file.live) file.fail(new ImError("closed"));
  }

  #ask(invitation: Invitation, of: Offering): void {
    const { door, clock } = this.#ports;
    const { transaction, offered, offer, key, media } = of;
    const facts = factsOf(invitation, offer);
    const taken = this.#take(facts, { key, offer, media, firstByte: 1, wanted: false });
    const { file, arrival } = taken;
    const { session } = arrival;
    const incoming = door.enter(transaction, session);
    if (incoming === undefined) return void this.#taken.delete(key);
    file.on("state", (state) => {
      if (state === "receiving" && session.media === undefined) session.accept(offered);
    });
    const settle = (): void => {
      if (file.state === "offered") file.become("withdrawn");
      if (!file.live) this.#taken.delete(key);
    };
    void session.done.then(settle);
    const late = clock.schedule(ANSWER_MS, () => {
      if (file.state === "offered") session.refuse(480);
    });
    file.on("state", late);
    incoming.ring();
    if (this.#ports.offered(file)) this.#ports.recorder.received(file);
    else session.refuse(488);
  }

  /** The same file once more: what is missing of it. RFC 5547 §8.6 */
  #again(known: Taken, { offer, offered, transaction, media }: Offering): void {
    const { door, clock } = this.#ports;
    const { file } = known;
    const firstByte = offer.range?.first ?? 1;
    const same = compareTransfers(known.offer, offer) === "same transfer";
    if (!same || firstByte - 1 > file.receivedBytes) {
      return door.refuse(transaction, refuse("no common media"));
    }
    const before = known.arrival;
    const of = { file, terms: termsFor(offer, file.sizeBytes), firstByte };
    const arrival: FileArrival = new FileArrival(
      of,
      this.#userOf(() => ({ taken: known, arrival })),
      { media, clock },
    );
    if (door.enter(transaction, arrival.session) === undefined) return;
    known.giveUp();
    known.arrival = arrival;
    before.session.end();
    file.become("receiving");
    arrival.session.accept(offered);
  }

  /** All of it is here, and its sender is to learn that; the application is not. */
  #onceMore({ offer, offered, transaction, media }: Offering): void {
    const { door, clock } = this.#ports;
    const terms = termsFor(offer, offer.selector.sizeBytes);
    const receiveBytes = (offer.selector.sizeBytes ?? MOST_BYTES) + ENVELOPE_BYTES;
    const { session } = new KnownArrival({ terms, receiveBytes }, { media, clock });
    if (door.enter(transaction, session) !== undefined) session.accept(offered);
  }

  #take(
    facts: IncomingFileFacts,
    of: {
      readonly key: string;
      readonly offer: FileOffer;
      readonly media: MediaPorts;
      readonly firstByte: number;
      readonly wanted: boolean;
    },
  ): Taken {
    const { clock, startHash, report } = this.#ports;
    const { key, offer, media, firstByte, wanted } = of;
    const file = new IncomingFile(facts, {
      startHash,
      declined: (status) => taken.arrival.session.refuse(status),
      room: () => taken.arrival.resume(),
      abandoned: (told) => {
        taken.giveUp();
        this.#taken.delete(key);
        const { session } = taken.arrival;
        clock.schedule(told ? LAST_ANSWER_MS : 0, () => session.end());
      },
      report,
    });
    const terms = termsFor(offer, facts.sizeBytes);
    const arrival: FileArrival = new FileArrival(
      { file, terms, firstByte },
      this.#userOf(() => ({ taken, arrival })),
      { media, clock },
    );
    const taken: Taken = { file, offer, wanted, arrival, giveUp: () => {} };
    this.#taken.set(key, taken);
    return taken;
  }

  /** `of`: not to be asked before the arrival is made. */
  #userOf(of: () => Pick<Taken, "arrival"> & { readonly taken: Taken }): FileArrivalUser {
    return {
      cut: (end) => this.#cut(of().taken, of().arrival, end),
      complete: (session) => {
        const left: Promise<void> = session.done.finally(() => this.#leaving.delete(left));
        this.#leaving.add(left);
      },
    };
  }

  /** Its sender may come back, under the same id. */
  #cut(taken: Taken, arrival: FileArrival, end: MediaEnd): void {
    const { file, wanted } = taken;
    if (taken.arrival !== arrival || !file.live) return;
    if (wanted) return file.fail(end.by === "failure" ? end.error : new ImError("timeout"));
    if (end.by === "peer" && !end.lost) return file.fail(CALLED_OFF);
    file.become("interrupted");
    taken.giveUp = this.#ports.clock.schedule(RETURN_MS, () => {
      file.fail(new ImError("timeout", { warning: "its sender did not come back" }));
    });
  }
}

interface Offering {
  readonly key: string;
  readonly offer: FileOffer;
  readonly offered: Offered;
  readonly transaction: ServerTransaction;
  readonly media: MediaPorts;
}

function keyOf(from: string, { transferId = "" }: FileOffer): string {
  return `${from} ${transferId}`;
}

function termsFor({ selector, transferId, range }: FileOffer, sizeBytes?: number): MediaTerms {
  const type = selector.type?.essence;
  return {
    acceptTypes: [CPIM, ...(type === undefined ? ["*"] : [type])],
    acceptWrappedTypes: ["*"],
    direction: "recvonly",
    ...(sizeBytes === undefined ? {} : { maxSize: sizeBytes + ENVELOPE_BYTES }),
    file: { ...NO_OFFER, selector, transferId, range },
  };
}

const ENVELOPE_BYTES = 16_384;

const NO_OFFER: FileOffer = {
  selector: ANY_FILE,
  transferId: undefined,
  disposition: undefined,
  dates: { creation: undefined, modification: undefined, read: undefined },
  iconId: undefined,
  range: undefined,
};

function factsOf({ origin, others, subject }: Invitation, offer: FileOffer): IncomingFileFacts {
  const { selector, transferId = "", iconId } = offer;
  const icon = iconId === undefined ? undefined : partWithId(others, iconId);
  return {
    id: transferId,
    ...origin,
    name: safeFileName(selector.name),
    type: selector.type?.essence ?? "application/octet-stream",
    sizeBytes: selector.sizeBytes,
    thumbnail: icon && thumbnailIn(icon),
    subject,
    selector,
  };
}

/** Only what is a picture, whatever it says it is. */
function thumbnailIn({ content }: Invitation["others"][number]) {
  const type = pictureType(content);
  if (type === undefined || content.length > MOST_THUMBNAIL_BYTES) return undefined;
  return { type, content: content.slice() };
}

function selectorFor({ name, sizeBytes, sha1, sha256 }: FileWish): FileSelector {
  const hashes = [
    ...(sha1 === undefined ? [] : [{ algorithm: "sha-1", value: sha1 }]),
    ...(sha256 === undefined ? [] : [{ algorithm: "sha-256", value: sha256 }]),
  ];
  if (name === undefined && hashes.length === 0) {
    throw new TypeError("a file is asked for by its name or a hash");
  }
  return { ...ANY_FILE, name, sizeBytes, hashes };
}
