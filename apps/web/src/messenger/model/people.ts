/** Whom somebody wants in a group, as he has written them, and why one of them cannot come. */
import { isForeign, readAddress, userPart } from "./addresses.ts";

export interface PeopleTexts {
  readonly join: { readonly nobody: string };
  readonly members: {
    readonly badNames: (names: string) => string;
    readonly yourself: string;
    readonly nobodyElse: string;
    readonly foreign: (names: string, domain: string) => string;
    readonly unknown: (names: string) => string;
  };
}

export interface PeoplePorts {
  /** The user's own address, and what stands behind its @. */
  readonly self: string;
  readonly domain: string;
  /** Whether the server has a way to people of other domains. */
  readonly reachesOthers: () => Promise<boolean>;
  readonly commands: {
    /** Those of the own domain whom the server does not show. */
    unknown(addresses: readonly string[]): Promise<readonly string[]>;
  };
}

/** Their addresses, each once; or words about what is wrong with them. */
export async function judgePeople(
  written: string,
  { self, domain, reachesOthers, commands }: PeoplePorts,
  texts: PeopleTexts,
): Promise<{ readonly people: readonly string[] } | { readonly fault: string }> {
  const { members } = texts;
  const names = written.split(/[\s,;]+/).filter((one) => one !== "");
  if (names.length === 0) return { fault: texts.join.nobody };
  const bad = names.filter((one) => readAddress(one, domain) === undefined);
  if (bad.length > 0) return { fault: members.badNames(bad.join(", ")) };
  const people = [...new Set(names.flatMap((one) => readAddress(one, domain) ?? []))];
  if (people.includes(self))
    return { fault: people.length === 1 ? members.nobodyElse : members.yourself };
  const foreign = people.filter((one) => isForeign(one, domain));
  if (foreign.length > 0 && !(await reachesOthers()))
    return { fault: members.foreign(shown(foreign, bare), domain) };
  const strangers = await commands.unknown(people.filter((one) => !isForeign(one, domain)));
  if (strangers.length > 0) return { fault: members.unknown(shown(strangers, userPart)) };
  return { people };
}

function shown(people: readonly string[], as: (address: string) => string): string {
  return people.map(as).join(", ");
}

function bare(address: string): string {
  return address.replace(/^sip:/, "");
}
