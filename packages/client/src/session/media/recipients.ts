/** A session description with the list of those whom a session is for. RFC 5366 §4 */
import { makeSessionBody } from "@parlance/formats";
import type { Body } from "@parlance/sip";
import type { Random } from "@parlance/wire";

export function withRecipients(
  { bytes }: Body,
  list: Uint8Array,
  random: Random,
): { readonly body: Body; readonly requires: readonly string[] } {
  const entity = makeSessionBody({
    description: bytes,
    others: [
      {
        headers: [
          ["Content-Type", "application/resource-lists+xml"],
          ["Content-Disposition", "recipient-list"],
        ],
        content: list,
      },
    ],
    boundary: random.token(128),
  });
  const [[, type] = ["", ""]] = entity.headers;
  return { body: { type, bytes: entity.content }, requires: ["recipient-list-invite"] };
}
