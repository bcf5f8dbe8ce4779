/** To whom an envelope goes: to all, or to some of those present. Clause 8.2 steps 9, 10; 8.4 */
import type { Cpim } from "@parlance/formats";
import type { BodyKind } from "@parlance/im";
import type { RoomMember } from "../../ports/index.ts";
import { addressOf, type MappingTable } from "./mapping-table.ts";
import type { Member } from "./model.ts";

export type Recipients =
  | { readonly kind: "all" }
  /** Each To and cc, in their order, with whom it means. */
  | { readonly kind: "some"; readonly to: readonly Member[]; readonly cc: readonly Member[] };

/** A status: 400 for all and some at once, 404 for somebody who is not here. */
export function recipientsOf(
  { to, cc }: Cpim,
  names: ReadonlySet<string>,
  table: MappingTable,
): Recipients | number {
  const meantForAll = [...to, ...cc].filter(({ uri }) => isRoom(uri, names));
  if (meantForAll.length === to.length + cc.length) return { kind: "all" }; // IM-7.1.3.2.1-02
  if (meantForAll.length > 0) return 400;
  const named = (list: Cpim["to"]) => list.map((one) => table.resolve(one)); // IM-7.1.3.2.1-03b
  const [directly, besides] = [named(to), named(cc)];
  // One who is not here, or hides behind another address: the whole message goes nowhere. RFC 7701 §6.2
  if (![...directly, ...besides].every((one) => one !== undefined)) return 404;
  return { kind: "some", to: directly.filter(isThere), cc: besides.filter(isThere) };
}

/** May he write to these, and can they be written to? A status when not. IMSpec-MSRP-S-002 */
export function judgePrivate(
  { mayWritePrivately }: RoomMember,
  kind: BodyKind,
  targets: readonly Member[],
): number | undefined {
  if (kind === "receipt") return undefined; // nobody has to be allowed to say that he has read something. Clause 5.7
  if (!mayWritePrivately) return 403;
  return targets.some((target) => !canTakePrivately(target)) ? 428 : undefined;
}

/** One who is away for a moment can. */
function canTakePrivately({ ends }: Member): boolean {
  return ends.size === 0 || [...ends].some((end) => end.privately);
}

function isRoom(uri: string, names: ReadonlySet<string>): boolean {
  if (names.has(uri)) return true;
  const key = addressOf(uri)?.key; // `isfocus` and other parameters do not count
  return key !== undefined && names.has(key);
}

function isThere(member: Member | undefined): member is Member {
  return member !== undefined;
}
