/** Who takes part under which address, entity and alias. Clause 7.2.3.2 */
import { identityKey, isAnonymousUri, nicknameKeys } from "@parlance/im";
import { addressKey, imAddress, parseUri } from "@parlance/sip";
import { parsed } from "@parlance/wire";
import type { RoomMember } from "../../ports/index.ts";
import type { Member } from "./model.ts";

export class MappingTable {
  readonly #make: (row: RoomMember) => Member;
  readonly #byKey = new Map<string, Member>();
  /** By entity, and by the addresses of those who do not hide them. */
  readonly #byAddress = new Map<string, Member>();
  readonly #byAlias = new Map<string, Member>();

  constructor(make: (row: RoomMember) => Member) {
    this.#make = make;
  }

  get members(): Iterable<Member> {
    return this.#byKey.values();
  }

  find(key: string): Member | undefined {
    return this.#byKey.get(key);
  }

  put(row: RoomMember): Member {
    const member = this.#byKey.get(row.key) ?? this.#make(row);
    this.#forgetNames(member);
    member.row = row;
    this.#byKey.set(row.key, member);
    for (const key of addressesOf(row)) this.#byAddress.set(key, member);
    for (const key of aliasesOf(row)) this.#byAlias.set(key, member);
    return member;
  }

  remove(key: string): Member | undefined {
    const member = this.#byKey.get(key);
    if (member === undefined) return undefined;
    this.#forgetNames(member);
    this.#byKey.delete(key);
    return member;
  }

  /** Whom an address means: an entity, an address that is not hidden, the alias beside an anonymous one. Clause 8.4 */
  resolve({ name, uri }: { readonly name: string | undefined; readonly uri: string }) {
    const plain = this.#byAddress.get(uri);
    if (plain !== undefined) return plain;
    const address = addressOf(uri);
    const known = address === undefined ? undefined : this.#byAddress.get(address.key);
    if (known !== undefined || address?.anonymous !== true || name === undefined) return known;
    const [key] = nicknameKeys(name);
    return key === undefined ? undefined : this.#byAlias.get(key); // IMSpec-MSRP-S-001
  }

  #forgetNames(member: Member): void {
    for (const key of addressesOf(member.row)) {
      if (this.#byAddress.get(key) === member) this.#byAddress.delete(key);
    }
    for (const key of aliasesOf(member.row)) {
      if (this.#byAlias.get(key) === member) this.#byAlias.delete(key);
    }
  }
}

/** An address in the spelling in which addresses are compared; undefined for what is none. */
export function addressOf(
  uri: string,
): { readonly key: string; readonly anonymous: boolean } | undefined {
  const read = parsed(() => parseUri(uri));
  if (!read.ok) return undefined;
  const im = imAddress(read.value); // RFC 3860: another scheme for the same mailbox
  const key = im === undefined ? addressKey(read.value) : `sip:${im.user}@${im.host.toLowerCase()}`;
  return { key, anonymous: isAnonymousUri(read.value) };
}

/** The real address of an anonymous one is not among them: nobody learns that it is here. Clause 8.4 */
function addressesOf({ appearance, identities }: RoomMember): readonly string[] {
  const entity = identityKey(appearance.entity);
  return appearance.anonymous ? [entity] : [entity, ...identities];
}

function aliasesOf({ appearance }: RoomMember): readonly string[] {
  return appearance.alias === undefined ? [] : nicknameKeys(appearance.alias).slice(0, 1);
}
