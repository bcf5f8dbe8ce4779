/** Identifiers of messages, from which receipts find them again. RFC 5438 §6.3 */
import type { Random } from "@parlance/wire";

const MESSAGE_ID_BITS = 128; // RFC 5438 asks for 64; ids that we make carry 128

/** A fresh imdn.Message-ID. */
export function newMessageId(random: Random): string {
  return random.token(MESSAGE_ID_BITS);
}
