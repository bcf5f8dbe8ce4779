/** Phones that hold no sessions: brought in, and told by MESSAGE what is said. Clause 11.5, compat.pagerInterworking */
import { parseUri, type Uri } from "@parlance/sip";
import { parsed } from "@parlance/wire";
import type { MediaRoom } from "../../ports/index.ts";
import type { DeliveryByMessage } from "./device.ts";
import { envelopeToPhone, messageToPhone, textForPhone } from "./message-to-phone.ts";
import type { Departure } from "./model.ts";
import type { Participant } from "./participant.ts";
import { PhoneDevice } from "./phone-device.ts";
import type { ConferenceOptions, ConferencePorts } from "./ports.ts";

export interface PhoneHost {
  readonly room: MediaRoom;
  /** Where answers go. */
  readonly name: string;
  /** Address key of the session identity. */
  readonly identity: string;
  readonly group: { readonly displayName: string | undefined } | undefined;
}

export class Phones {
  readonly #host: PhoneHost;
  readonly #ports: ConferencePorts;
  readonly #options: ConferenceOptions;
  readonly #gone: (device: PhoneDevice, departure: Departure) => void;

  constructor(
    host: PhoneHost,
    ports: ConferencePorts,
    options: ConferenceOptions,
    gone: (device: PhoneDevice, departure: Departure) => void,
  ) {
    this.#gone = gone;
    this.#host = host;
    this.#ports = ports;
    this.#options = options;
  }

  /** Undefined where they are not let in, or he is no user of ours. */
  bring(participant: Participant): PhoneDevice | undefined {
    const { phones } = this.#options;
    if (phones === undefined || participant.user === undefined) return undefined;
    const { clock } = this.#ports;
    const known = phoneOf(participant);
    if (known !== undefined) return known;
    const device = new PhoneDevice(participant, {
      room: this.#host.room,
      clock,
      idleMs: phones.idleMs,
      deliver: (envelope) => this.#deliver(participant, envelope),
      gone: (one, { text, method = "departed" }) =>
        this.#gone(one, { method, reason: text, at: clock.now() }),
    });
    participant.devices.add(device);
    return device;
  }

  /** To a phone that has group rooms of its own, and reads envelopes; where it is not known, to all that are no clients of the service. */
  deliveryTo({ user, uri }: Participant): DeliveryByMessage {
    const { way, random } = this.#ports;
    const { userAgent } = this.#options;
    return async (envelope, { contact, instance: device, asked }) => {
      if (user === undefined) return false;
      const room = parseUri(this.#host.identity);
      // By it the phone knows which of its rooms is meant: by its own name for itself, or by that by which it was asked.
      const to = (asked ? undefined : gruuIn(contact)) ?? uri;
      const message = envelopeToPhone({ room, uri, to, envelope, userAgent }, random);
      if (message === undefined) return true;
      const untagged = way.bindings(message, user).filter(({ tagged }) => !tagged);
      const known = untagged.filter(({ contactText }) => contactText.includes(device ?? " "));
      const phones = known.length > 0 ? known : untagged;
      if (phones.length === 0) return false;
      return (await way.deliver(message, user, phones)).status < 300;
    };
  }

  async #deliver({ user, uri: to }: Participant, envelope: Uint8Array): Promise<boolean> {
    const { way, random } = this.#ports;
    const { userAgent } = this.#options;
    if (user === undefined) return false;
    const text = textForPhone(envelope);
    if (text === undefined) return true;
    const from = { name: this.#host.group?.displayName, uri: parseUri(this.#host.name) };
    const message = messageToPhone({ from, to, text, userAgent }, random);
    const phones = way.bindings(message, user).filter(({ tagged }) => !tagged);
    if (phones.length === 0) return false;
    return (await way.deliver(message, user, phones)).status < 300;
  }
}

/** RFC 5627 §3.1 */
function gruuIn(contact: string): Uri | undefined {
  const uri = parsed(() => parseUri(contact));
  return uri.ok && uri.value.kind === "sip" && uri.value.params.has("gr") ? uri.value : undefined;
}

export function phoneOf({ devices }: Participant): PhoneDevice | undefined {
  return [...devices].find((one) => one instanceof PhoneDevice);
}
