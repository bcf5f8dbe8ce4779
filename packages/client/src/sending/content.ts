/** What an application may send, and how. */
import { attachment, formatDisposition } from "@parlance/formats";
import { FormatError, utf8Bytes } from "@parlance/wire";
import { ImError } from "../base/errors.ts";
import type { Signal } from "../base/signal.ts";
import type { ReceiptKind } from "../store/client-store.ts";

/** Text, or octets of any media type. */
export type Content = string | TypedContent;

export interface TypedContent {
  readonly contentType: string;
  readonly content: Uint8Array;
  /** Not to be shown before the recipient asks for it. IM-7.1.3.2-01 */
  readonly attachment?: boolean;
  /** Of an attachment, which it makes it. IM-7.1.3.2-02 */
  readonly fileName?: string;
}

export interface SendOptions {
  /** Receipts to ask for. Default: both. */
  readonly receipts?: readonly ReceiptKind[];
  /** How long it is worth being delivered: seconds, or "90s", "10m", "2h", "2d". */
  readonly expires?: number | string;
  readonly subject?: string;
  /** Hides the sender from the recipient. IM-8.1.1-04 */
  readonly anonymous?: boolean;
  /** With several recipients: tells each who else gets it. Without it nobody learns that. RFC 5364 §4 */
  readonly namesRecipients?: boolean;
  /** Takes the message back while it has not been sent. */
  readonly signal?: Signal;
}

const TEXT = "text/plain;charset=UTF-8";
const SPAN = /^(?<count>\d{1,9})(?<unit>[smhd])$/;
const UNIT_SECONDS = new Map([
  ["s", 1],
  ["m", 60],
  ["h", 3_600],
  ["d", 86_400],
]);

export function readContent(content: Content): {
  readonly contentType: string;
  readonly content: Uint8Array;
  readonly disposition: string | undefined;
} {
  if (typeof content === "string") {
    return { contentType: TEXT, content: utf8Bytes(content), disposition: undefined };
  }
  const { contentType, content: octets, fileName, attachment: attached = false } = content;
  if (/[\r\n\0]/.test(contentType)) throw new FormatError("Content-Type", 0, "line break");
  // IM-7.1.3.2-01, IM-7.1.3.2-02
  const disposition =
    fileName !== undefined
      ? formatDisposition(attachment(fileName))
      : attached
        ? "attachment"
        : undefined;
  return { contentType, content: octets, disposition };
}

/** Throws TypeError for what is no span of time. */
export function readSeconds(expires: number | string): number {
  if (typeof expires === "number" && Number.isFinite(expires) && expires >= 0) return expires;
  const { count, unit } = SPAN.exec(String(expires))?.groups ?? {};
  const seconds = UNIT_SECONDS.get(unit ?? "");
  if (count === undefined || seconds === undefined) {
    throw new TypeError(`expires: expected seconds, or "10m", "2h", "2d", not ${expires}`);
  }
  return Number(count) * seconds;
}

export function checkRecipients(recipients: readonly string[]): void {
  if (recipients.length === 0) throw new TypeError("no recipient");
  if (recipients.length > MAX_RECIPIENTS)
    throw new ImError("too large", { warning: "too many recipients" });
}

/** What a server takes in one list. */
const MAX_RECIPIENTS = 100;
