/** Gives files to those who ask for them, where the application shares them. RFC 5547 §8.3.2, OMA IM 10.2 */
import { type FileOffer, type FileSelector, matchFile, NO_DATES } from "@parlance/formats";
import { CPIM, refuse } from "@parlance/im";
import type { ServerTransaction } from "@parlance/sip";
import type { Clock, Random, StartHash } from "@parlance/wire";
import { type FileContent, typeOf } from "../../files/file-source.ts";
import type { Sender } from "../../sending/pager-message.ts";
import type { Door } from "../door.ts";
import type { Invitation } from "../invitation.ts";
import type { MediaPorts } from "../media/media-session.ts";
import { FileBody } from "./file-body.ts";
import { type FileFacts, readFileType } from "./file-facts.ts";
import { FileSending } from "./file-sending.ts";

/** What somebody asks for. */
export interface FileRequest {
  /** Address of whoever asks. */
  readonly from: string;
  /** As he spells it: a label, never a path. */
  readonly name: string | undefined;
  readonly sizeBytes: number | undefined;
  /** Lower-case hexadecimal, by the name of the function: `sha-1`, `sha-256`. */
  readonly hashes: ReadonlyMap<string, string>;
}

export interface SharedFile {
  readonly content: Exclude<FileContent, { getReader(): unknown }>;
  readonly name?: string;
  readonly type?: string;
}

/** Finds the file that is asked for; undefined: there is none for him. */
export type FileShare = (request: FileRequest) => Promise<SharedFile | undefined>;

export interface FileSharingPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly startHash: StartHash;
  readonly sender: Sender;
  readonly door: Door;
  readonly report: (error: unknown) => void;
}

export class FileSharing {
  find: FileShare | undefined;
  readonly #ports: FileSharingPorts;

  constructor(ports: FileSharingPorts) {
    this.#ports = ports;
  }

  async invited(
    invitation: Invitation,
    transaction: ServerTransaction,
    media: MediaPorts,
  ): Promise<void> {
    const { offered, origin } = invitation;
    const offer = offered?.media.file;
    if (offered === undefined || offer === undefined || this.find === undefined) {
      return this.#ports.door.refuse(transaction, refuse("no common media"));
    }
    const found = await this.find(requestFor(origin.from, offer.selector));
    const facts = found && (await this.#factsOf(found, offer));
    if (found === undefined || facts === undefined) return transaction.reply(404);
    const { first = 1, last = facts.sizeBytes } = offer.range ?? {};
    if (last !== facts.sizeBytes || first > (last ?? 0) + 1) {
      return this.#ports.door.refuse(transaction, refuse("no common media")); // RFC 5547 §8.3.2
    }
    const body = new FileBody(found.content, undefined, first - 1);
    this.#give(body, facts, { invitation, transaction, media });
  }

  /** Undefined when it is not what was asked for. */
  async #factsOf(
    { content, ...found }: SharedFile,
    offer: FileOffer,
  ): Promise<FileFacts | undefined> {
    const { startHash } = this.#ports;
    const body = new FileBody(content);
    const hashes = await body.hashes(startHash, undefined);
    const type = readFileType(found.type ?? typeOf(content) ?? "application/octet-stream");
    const name = found.name ?? nameOf(content);
    const { sizeBytes } = body;
    const known = { name, type: type.essence, sizeBytes, hashes };
    // What it is called is the application's to judge.
    const selector = { ...offer.selector, name: undefined };
    if (matchFile(selector, known) !== "match") return undefined;
    return {
      transferId: offer.transferId ?? "",
      name,
      type,
      sizeBytes,
      hashes,
      createdAt: undefined,
    };
  }

  #give(
    body: FileBody,
    facts: FileFacts,
    on: {
      readonly invitation: Invitation;
      readonly transaction: ServerTransaction;
      readonly media: MediaPorts;
    },
  ): void {
    const { clock, random, sender, door } = this.#ports;
    const { invitation, transaction, media } = on;
    const { name, type, sizeBytes, hashes, transferId } = facts;
    const terms = {
      acceptTypes: [CPIM, type.essence],
      acceptWrappedTypes: ["*"],
      direction: "sendonly",
      file: {
        selector: { name, type, sizeBytes, hashes },
        transferId,
        disposition: "attachment",
        dates: NO_DATES,
        iconId: undefined,
        range: undefined,
      },
    } as const;
    const sending = new FileSending({ facts, body, terms }, SILENT, {
      media,
      clock,
      random,
      from: sender.address,
      to: invitation.origin.from,
    });
    if (door.enter(transaction, sending.session) === undefined) return;
    sending.session.accept(invitation.offered);
    void sending.session.done.then(() => body.close());
  }
}

const SILENT = {
  ringing() {},
  accepted() {},
  interrupted() {},
  resumed() {},
  progress() {},
  sent() {},
};

function requestFor(from: string, { name, sizeBytes, hashes }: FileSelector): FileRequest {
  const known = new Map(hashes.map(({ algorithm, value }) => [algorithm, value]));
  return { from, name, sizeBytes, hashes: known };
}

function nameOf(content: FileContent): string | undefined {
  return "name" in content && typeof content.name === "string" ? content.name : undefined;
}
