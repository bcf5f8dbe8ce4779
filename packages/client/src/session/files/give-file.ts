/** Gives somebody the file that he asks for. RFC 5547 §8.3.2 */
import { type FileOffer, matchFile, NO_DATES } from "@parlance/formats";
import { CPIM, refuse } from "@parlance/im";
import type { ServerTransaction } from "@parlance/sip";
import type { Clock, StartHash } from "@parlance/wire";
import { type FileContent, nameOf, typeOf } from "../../files/file-content.ts";
import type { Sender } from "../../sending/pager-message.ts";
import type { Door } from "../door.ts";
import type { Invitation, Offered } from "../invitation.ts";
import type { MediaPorts } from "../media/media-session.ts";
import { FileBody } from "./file-body.ts";
import { type FileFacts, readFileType } from "./file-facts.ts";
import { FileSending } from "./file-sending.ts";

export interface SharedFile {
  readonly content: Exclude<FileContent, { getReader(): unknown }>;
  readonly name?: string;
  readonly type?: string;
}

export interface GivingPorts {
  readonly clock: Clock;
  readonly startHash: StartHash;
  readonly sender: Sender;
  readonly door: Door;
}

export interface Asked {
  readonly invitation: Invitation;
  readonly offered: Offered;
  readonly offer: FileOffer;
  readonly transaction: ServerTransaction;
  readonly media: MediaPorts;
}

/** 404 when it is not what was asked for. */
export async function giveFile(found: SharedFile, asked: Asked, on: GivingPorts): Promise<void> {
  const { offer, transaction } = asked;
  const facts = await factsOf(found, offer, on);
  if (facts === undefined) return transaction.reply(404);
  const { first = 1, last = facts.sizeBytes } = offer.range ?? {};
  if (last !== facts.sizeBytes || first > (last ?? 0) + 1) {
    return on.door.refuse(transaction, refuse("no common media")); // RFC 5547 §8.3.2
  }
  give(new FileBody(found.content, undefined, first - 1), facts, asked, on);
}

/** Undefined when it is not what was asked for. */
async function factsOf(
  { content, ...found }: SharedFile,
  offer: FileOffer,
  { startHash }: GivingPorts,
): Promise<FileFacts | undefined> {
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

function give(body: FileBody, facts: FileFacts, asked: Asked, on: GivingPorts): void {
  const { clock, sender, door } = on;
  const { invitation, transaction, media, offered } = asked;
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
    from: sender.address,
    to: invitation.origin.from,
    messageId: undefined,
  });
  if (door.enter(transaction, sending.session) === undefined) return;
  sending.session.accept(offered);
  void sending.session.done.then(() => body.close());
}

const SILENT = {
  ringing() {},
  accepted() {},
  interrupted() {},
  resumed() {},
  progress() {},
  sent() {},
};
