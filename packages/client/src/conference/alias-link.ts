/** A word of a group that points to the page on which one chooses a name. OMA IM 8.6 */
import {
  type Entity,
  mediaTypeOf,
  mimeHeader,
  parseCpim,
  parseExternalBody,
} from "@parlance/formats";
import { EXTERNAL_BODY } from "@parlance/im";
import { parsed } from "@parlance/wire";
import type { AliasLink } from "./room.ts";

/** Undefined when it is something else. */
export function aliasLinkIn({ content }: Entity): AliasLink | undefined {
  const cpim = parseCpim(content);
  if (!cpim.ok) return undefined;
  const { contentHeaders, content: inner } = cpim.value;
  const type = parsed(() => mediaTypeOf(contentHeaders).essence);
  if (!type.ok || type.value !== EXTERNAL_BODY) return undefined;
  const contentType = mimeHeader(contentHeaders, "Content-Type") ?? "";
  const read = parseExternalBody({ headers: [["Content-Type", contentType]], content: inner });
  if (!read.ok) return undefined;
  const { url, expiresAt } = read.value;
  return { url, expiresAt: expiresAt === undefined ? undefined : new Date(expiresAt) };
}
