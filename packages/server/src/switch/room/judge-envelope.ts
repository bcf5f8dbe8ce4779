/** Whether what a member says may be said: the checks on its envelope, in the order of the clause. Clause 8.2 */
import { type Cpim, mimeHeader, takesType } from "@parlance/formats";
import { type BodyKind, bodyKind } from "@parlance/im";
import type { RoomRules } from "../../ports/index.ts";
import { judgePrivate, type Recipients, recipientsOf } from "./judge-recipients.ts";
import { isSender } from "./judge-sender.ts";
import type { MappingTable } from "./mapping-table.ts";
import type { Member } from "./model.ts";

export interface Judged {
  readonly recipients: Recipients;
  readonly kind: BodyKind;
  readonly essence: string;
}

export interface JudgedBy {
  readonly rules: RoomRules;
  /** Address keys that mean the room. */
  readonly names: ReadonlySet<string>;
  readonly table: MappingTable;
}

/** The MSRP status that refuses it, or what it is. */
export function judgeEnvelope(
  cpim: Cpim,
  { row }: Member,
  { rules, names, table }: JudgedBy,
): Judged | number {
  if (cpim.from === undefined || cpim.to.length + cpim.cc.length === 0) return 400; // step 7
  if (!isSender(cpim.from, row)) return 403; // step 8
  const recipients = recipientsOf(cpim, names, table);
  if (typeof recipients === "number") return recipients; // step 9
  const type = mimeHeader(cpim.contentHeaders, "Content-Type") ?? "text/plain";
  const kind = bodyKind(type);
  if (!row.mayWrite && kind !== "receipt") return 403; // step 10
  if (recipients.kind === "some") {
    const status = judgePrivate(row, kind, [...recipients.to, ...recipients.cc]);
    if (status !== undefined) return status; // step 10
  }
  const essence = essenceOf(type);
  if (!takesType(rules.types, essence)) return 415; // step 11
  return { recipients, kind, essence };
}

/** `type/subtype` in lower case. */
export function essenceOf(type: string): string {
  const end = type.indexOf(";");
  return (end < 0 ? type : type.slice(0, end)).trim().toLowerCase();
}
