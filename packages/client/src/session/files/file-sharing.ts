/** Gives files to those who ask for them, where the application shares them. RFC 5547 §8.3.2, OMA IM 10.2 */
import type { FileSelector } from "@parlance/formats";
import { refuse } from "@parlance/im";
import type { ServerTransaction } from "@parlance/sip";
import { parts } from "../../parts.ts";
import type { Invitation } from "../invitation.ts";
import type { MediaPorts } from "../media/media-session.ts";
import type { GivingPorts, SharedFile } from "./give-file.ts";

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

/** Finds the file that is asked for; undefined: there is none for him. */
export type FileShare = (request: FileRequest) => Promise<SharedFile | undefined>;

export interface FileSharingPorts extends GivingPorts {
  /** What the application shares by now. */
  readonly share: () => FileShare | undefined;
}

export class FileSharing {
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
    const find = this.#ports.share();
    if (offered === undefined || offer === undefined || find === undefined) {
      return this.#ports.door.refuse(transaction, refuse("no common media"));
    }
    const found = await find(requestFor(origin.from, offer.selector));
    if (found === undefined) return transaction.reply(404);
    const { giveFile } = await parts.files();
    await giveFile(found, { invitation, offered, offer, transaction, media }, this.#ports);
  }
}

function requestFor(from: string, { name, sizeBytes, hashes }: FileSelector): FileRequest {
  const known = new Map(hashes.map(({ algorithm, value }) => [algorithm, value]));
  return { from, name, sizeBytes, hashes: known };
}
