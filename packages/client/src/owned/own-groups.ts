/** The groups that the user keeps: made, changed and ended by their documents. OMA IM 17.3 */
import { identityKey } from "@parlance/im";
import type { Random } from "@parlance/wire";
import { readTarget } from "../base/addresses.ts";
import { ImError } from "../base/errors.ts";
import type { Signal } from "../base/signal.ts";
import { DocumentConflict } from "../documents/document-error.ts";
import type { Documents } from "../documents/documents.ts";
import { GROUPS } from "../documents/usages.ts";
import type { CallOptions } from "./block-list.ts";
import {
  type GroupChanges,
  type GroupMember,
  newGroup,
  type OwnGroup,
  readGroup,
  withChanges,
  withMembers,
  withoutMembers,
} from "./group-document.ts";
import type { OwnedValue } from "./owned-value.ts";

export interface NewGroup extends GroupChanges, CallOptions {
  /** The user part of its address, or the whole; made of the display name, or by chance, where there is none. */
  readonly address?: string;
  /** The user himself need not be named. */
  readonly members?: readonly (string | GroupMember)[];
}

export interface OwnGroupsPorts {
  readonly documents: Documents;
  readonly value: OwnedValue<readonly OwnGroup[]>;
  readonly self: string;
  readonly domain: string;
  readonly random: Random;
}

/** Other names are tried so often when somebody has the first. */
const MOST_NAMES = 5;
const NAME_BITS = 48;

export class OwnGroups {
  readonly #ports: OwnGroupsPorts;

  constructor(ports: OwnGroupsPorts) {
    this.#ports = ports;
  }

  static async read(
    documents: Documents,
    signal: Signal | undefined,
  ): Promise<readonly OwnGroup[]> {
    const how = signal === undefined ? {} : { signal };
    const names = await documents.list(GROUPS, how);
    const groups: OwnGroup[] = [];
    for (const name of names) {
      const document = await documents.read({ usage: GROUPS, name }, how);
      if (document !== undefined) groups.push(readGroup(name, document.content));
    }
    return groups;
  }

  /** Those whose documents are the user's. Rejects with ImError, as all of these do. */
  list(options: CallOptions = {}): Promise<readonly OwnGroup[]> {
    return this.#ports.value.get(options.signal);
  }

  /** Undefined where he keeps none of that address. */
  async get(address: string, options: CallOptions = {}): Promise<OwnGroup | undefined> {
    const { domain } = this.#ports;
    const key = identityKey(fullAddress(address, domain));
    return (await this.list(options)).find((group) => group.address === key);
  }

  /**
   * From its resolving on others can write to it, and come in. Rejects with `DocumentConflict` where the address that
   * was asked for is another's; one that was made of the display name is changed then.
   */
  async create(wanted: NewGroup = {}): Promise<OwnGroup> {
    const { documents, self, domain, random } = this.#ports;
    const { address, members = [], signal, ...about } = wanted;
    const own: GroupMember = { address: self, name: undefined };
    const named = members.map(memberOf).filter((member) => member.address !== self);
    let uri = fullAddress(address ?? slugOf(about.displayName) ?? byChance(random), domain);
    for (let tries = 1; ; tries += 1) {
      const name = documentOf(uri);
      const content = newGroup(uri, [own, ...named], about);
      const how = { ifNone: true, ...(signal === undefined ? {} : { signal }) };
      try {
        await documents.write({ usage: GROUPS, name }, content, how);
        await this.list(signal === undefined ? {} : { signal });
        return readGroup(name, content);
      } catch (error) {
        if (address !== undefined || tries === MOST_NAMES || !isTaken(error)) throw error;
        uri = alternativeIn(error) ?? fullAddress(byChance(random), domain);
      }
    }
  }

  /** Puts these among the members; one who is there is called as he is now. */
  addMembers(
    address: string,
    members: readonly (string | GroupMember)[],
    options: CallOptions = {},
  ): Promise<OwnGroup> {
    const added = members.map(memberOf);
    return this.#change(address, (content) => withMembers(content, added), options);
  }

  removeMembers(
    address: string,
    members: readonly string[],
    options: CallOptions = {},
  ): Promise<OwnGroup> {
    const keys = members.map((one) => readTarget(one).address);
    return this.#change(address, (content) => withoutMembers(content, keys), options);
  }

  /** What is not named stays as it is. */
  edit(address: string, changes: GroupChanges, options: CallOptions = {}): Promise<OwnGroup> {
    return this.#change(address, (content) => withChanges(content, changes), options);
  }

  /** Ends it, also for those who are in it now. False where there was none. */
  async delete(address: string, options: CallOptions = {}): Promise<boolean> {
    const group = await this.get(address, options);
    if (group === undefined) return false;
    const { documents } = this.#ports;
    const was = await documents.remove({ usage: GROUPS, name: group.document }, options);
    await this.list(options);
    return was;
  }

  async #change(
    address: string,
    edit: (content: Uint8Array) => Uint8Array,
    options: CallOptions,
  ): Promise<OwnGroup> {
    const group = await this.get(address, options);
    if (group === undefined) throw none();
    const place = { usage: GROUPS, name: group.document };
    const over = (before: Uint8Array | undefined): Uint8Array => {
      if (before === undefined) throw none();
      return edit(before);
    };
    const after = await this.#ports.documents.change(place, over, options);
    await this.list(options);
    if (after === undefined) throw none();
    return readGroup(group.document, after.content);
  }
}

function none(): ImError {
  return new ImError("no such user or group", { warning: "no group of one's own" });
}

function memberOf(member: string | GroupMember): GroupMember {
  if (typeof member === "string") return { address: readTarget(member).address, name: undefined };
  return { address: readTarget(member.address).address, name: member.name };
}

function fullAddress(address: string, domain: string): string {
  const whole = /^[a-z]+:/i.test(address) ? address : `sip:${address}`;
  return whole.includes("@") ? whole : `${whole}@${domain}`;
}

/** Its document is called like it. */
function documentOf(uri: string): string {
  return /^[a-z]+:([^@]+)@/i.exec(uri)?.[1] ?? uri;
}

/** Letters and digits of any script would be percent-encoded: those of others are left to chance. */
function slugOf(displayName: string | undefined): string | undefined {
  const slug = displayName
    ?.normalize("NFD")
    .toLowerCase()
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "")
    .slice(0, 32);
  return slug === undefined || slug.length < 2 ? undefined : slug;
}

function byChance(random: Random): string {
  return `group-${random.token(NAME_BITS)}`;
}

/** The address is another's, or a document is called so. */
function isTaken(error: unknown): error is ImError {
  if (error instanceof DocumentConflict) return error.conflict.kind === "uniqueness-failure";
  return error instanceof ImError && error.code === "changed meanwhile";
}

function alternativeIn(error: ImError): string | undefined {
  if (!(error instanceof DocumentConflict)) return undefined;
  const { conflict } = error;
  return conflict.kind === "uniqueness-failure" ? conflict.exists[0]?.alternatives[0] : undefined;
}
