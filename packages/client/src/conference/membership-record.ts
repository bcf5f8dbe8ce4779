/** The groups that a client is in, as its store keeps them for the next run. OMA IM 4.9 */
import type { MembershipRecord } from "./membership.ts";

export function writeMemberships(records: readonly MembershipRecord[]): string {
  return JSON.stringify(records);
}

/** What cannot be read is not there: it was written by another version. */
export function readMemberships(text: string | undefined): readonly MembershipRecord[] {
  if (text === undefined) return [];
  const list: unknown = fromJson(text);
  return Array.isArray(list) ? list.map(readRecord).filter((one) => one !== undefined) : [];
}

function readRecord(value: unknown): MembershipRecord | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const fields = new Map<string, unknown>(Object.entries(value));
  const text = (name: string): string | undefined => {
    const field = fields.get(name);
    return typeof field === "string" ? field : undefined;
  };
  const address = text("address");
  if (address === undefined) return undefined;
  return {
    address,
    session: text("session"),
    adHoc: fields.get("adHoc") === true,
    anonymous: fields.get("anonymous") === true,
    nickname: text("nickname"),
    name: text("name"),
    subject: text("subject"),
  };
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
