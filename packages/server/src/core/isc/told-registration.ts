/** What a third-party REGISTER says, and what is known of a user after it. 3GPP TS 24.229 §5.4.1.7, §5.7.1.1 */
import { decodedContent, mediaTypeOf, parseLeaves } from "@parlance/formats";
import { IM_TAG } from "@parlance/im";
import {
  Contact,
  Expires,
  formatUri,
  instanceOf,
  type NameAddr,
  parseMessage,
  type SipMessage,
  type SipRequest,
  SipResponse,
} from "@parlance/sip";
import { parsed } from "@parlance/wire";
import type { StoredBinding } from "../../store/index.ts";
import { AT_THE_CORE, writeContact } from "../registrar/contact.ts";

export interface Told {
  /** 0: nobody is there any more. */
  readonly expiresSeconds: number;
  readonly devices: readonly ToldDevice[];
  /** There are no others than these. */
  readonly complete: boolean;
}

export interface ToldDevice {
  /** Its Contact value, as text. */
  readonly contactText: string;
  /** What tells it from other devices of its user. */
  readonly id: string;
  readonly instance: string | undefined;
  /** 0: this one has gone. */
  readonly expiresSeconds: number;
}

/** Whose registration it is, and when that was told. */
export interface ToldAbout {
  /** Address keys: of the user, and the one of his that is registered. */
  readonly user: string;
  readonly address: string;
  readonly now: number;
}

const MESSAGE_SIP = "message/sip"; // RFC 3261 §27.5

/**
 * `body` has its content coding undone. A client wrote the REGISTER in it: what cannot be read there
 * tells nothing. Throws `FormatError` where the core itself cannot be read.
 */
export function readTold(request: SipRequest, body: Uint8Array, usualSeconds: number): Told {
  const expiresSeconds = request.get(Expires) ?? usualSeconds;
  const messages = embedded(request, body);
  const answer = messages.find((one) => one instanceof SipResponse);
  const devices = messages
    .filter((one) => answer === undefined || one === answer)
    .flatMap((one) => devicesIn(one, expiresSeconds));
  return { expiresSeconds, devices, complete: answer !== undefined && devices.length > 0 };
}

/** The bindings of the address after it, of which `before` were there. */
export function judgeTold(
  told: Told,
  before: readonly StoredBinding[],
  about: ToldAbout,
): readonly StoredBinding[] {
  if (told.expiresSeconds === 0) return [];
  const unnamed = unnamedDevice(about.address, told.expiresSeconds);
  const after = new Map(before.map((row) => [row.id, row]));
  after.delete(idOf(about, unnamed));
  if (told.complete) after.clear();
  for (const device of told.devices) {
    const id = idOf(about, device);
    const { registeredAt } = before.find((row) => row.id === id) ?? { registeredAt: about.now };
    if (device.expiresSeconds === 0) after.delete(id);
    else after.set(id, bindingOf(device, about, registeredAt));
  }
  // Somebody is there: what the core does not say is with which device.
  if (told.devices.length === 0 || after.size === 0) {
    const row = bindingOf(unnamed, about, about.now);
    after.set(row.id, row);
  }
  return [...after.values()];
}

/** Of which nothing is known but that it is there. It counts as an IM client, or the core would not ask us. */
export function unnamedDevice(address: string, expiresSeconds: number): ToldDevice {
  const contactText = `<${address}>;${IM_TAG}`;
  return { contactText, id: "unnamed", instance: undefined, expiresSeconds };
}

export function deviceOf(contact: NameAddr, expiresSeconds: number): ToldDevice {
  const instance = instanceOf(contact);
  const id = instance ?? formatUri(contact.uri);
  return { contactText: writeContact(contact), id, instance, expiresSeconds };
}

export function bindingOf(
  device: ToldDevice,
  about: ToldAbout,
  registeredAt: number,
): StoredBinding {
  const { user, address, now } = about;
  const { contactText, instance, expiresSeconds } = device;
  return {
    user,
    id: idOf(about, device),
    address,
    contactText,
    instance,
    regId: undefined,
    path: [],
    flow: AT_THE_CORE,
    q: 1_000,
    callId: "",
    cseq: 0,
    userAgent: undefined,
    publicGruu: undefined,
    temporaryGruu: undefined,
    registeredAt,
    expiresAt: now + expiresSeconds * 1_000,
  };
}

function idOf({ address }: ToldAbout, { id }: ToldDevice): string {
  return `${address} ${id}`;
}

/** The client's REGISTER, the core's answer to it, or both. 3GPP TS 24.229 §5.4.1.7A */
function embedded(request: SipRequest, body: Uint8Array): readonly SipMessage[] {
  if (body.length === 0) return [];
  const headers = [["Content-Type", request.text("Content-Type") ?? ""]] as const;
  const leaves = parseLeaves({ headers, content: body });
  if (!leaves.ok) return [];
  return leaves.value.flatMap((leaf) => {
    const type = parsed(() => mediaTypeOf(leaf.headers).essence);
    const content = type.ok && type.value === MESSAGE_SIP ? decodedContent(leaf) : undefined;
    const message = content === undefined ? undefined : parseMessage(content);
    return message?.ok === true ? [message.value] : [];
  });
}

/** What a REGISTER asks for is granted as the core says; its answer tells of each contact itself. */
function devicesIn(message: SipMessage, grantedSeconds: number): readonly ToldDevice[] {
  const read = parsed(() => {
    const contacts = message.get(Contact) ?? [];
    if ("star" in contacts) return [];
    const asked = message.get(Expires) ?? grantedSeconds;
    return contacts.map((contact) => {
      const own = Number(contact.params.get("expires") ?? asked);
      const answered = message instanceof SipResponse;
      return deviceOf(contact, answered || own === 0 ? own : grantedSeconds);
    });
  });
  return read.ok ? read.value : [];
}
