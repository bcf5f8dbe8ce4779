/** Whom a message in a group is for, and who has written it. IM-7.1.3.3, OMA IM 6.3 */
import type { Cpim, NamedUri } from "@parlance/formats";
import { ISFOCUS } from "@parlance/im";
import { parseUri } from "@parlance/sip";
import { parsed } from "@parlance/wire";
import { keyOrText } from "../base/addresses.ts";
import type { Reach } from "../store/client-store.ts";

/** What a group is known by: address keys of its own identity and of its session. */
export type GroupNames = ReadonlySet<string>;

/** A message of the group itself counts as such whomever it is for. */
export function reachOf({ from, to, cc }: Cpim, names: GroupNames): Exclude<Reach, "direct"> {
  if (from !== undefined && isGroup(from, names)) return "system"; // IM-7.1.3.3-02, IM-7.1.3.3-02a
  const forAll = [...to, ...cc].some((one) => isGroup(one, names)); // IM-7.1.3.3-01, IM-7.1.3.3-01a
  return forAll ? "all" : "private"; // IM-7.1.3.3-01b
}

/** Of whoever a message is from: his entity, as the server has written it. IM-7.1.3.3-02b */
export function authorOf({ from }: Cpim): string | undefined {
  return from === undefined ? undefined : keyOrText(from.uri);
}

/** Those whom a private message is for: their entities. IM-7.1.3.3-01b */
export function namedIn({ to, cc }: Cpim): readonly string[] {
  return [...new Set([...to, ...cc].map(({ uri }) => keyOrText(uri)))];
}

function isGroup({ uri }: NamedUri, names: GroupNames): boolean {
  const read = parsed(() => parseUri(uri));
  if (read.ok && read.value.kind === "sip" && read.value.params.has(ISFOCUS)) return true;
  return names.has(keyOrText(uri));
}
