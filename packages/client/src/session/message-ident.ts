/** MSRP's name for a message of ours: the same in every session that it is tried in. RFC 4975 §5.4, §9 */

/** It knows no underscore, which base64url does, and begins with a letter or a digit. */
export function messageIdent(id: string): string {
  const ident = id.replaceAll("_", ".");
  return /^[-.]/.test(ident) ? `x${ident.slice(1)}` : ident;
}
