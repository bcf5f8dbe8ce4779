/** Bodies of XCAP as text. RFC 4825 §8.2.2 */
import { FormatError, utf8Text } from "@parlance/wire";

export function isUtf8(bytes: Uint8Array): boolean {
  try {
    utf8Text(bytes);
    return true;
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}
