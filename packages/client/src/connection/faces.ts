/** How one account shows itself in calls: its contact, what it understands, and what kind of call it is. OMA IM 7.1.1.1, 9.1.1.1 */
import { CLIENT_EXTENSIONS, IM_TAG, LARGE_MESSAGE_TAG } from "@parlance/im";
import { type Face, type NameAddr, Params, UserAgent } from "@parlance/sip";

export interface FacesPorts {
  /** Where requests of peers are to go now; undefined before the first registration. */
  readonly contact: () => NameAddr | undefined;
  readonly userAgent: string;
  /** UUID URN of the device. */
  readonly instance: string;
}

/** What a client understands; the others of the service are for servers, or for later. */
export const CLIENT_METHODS = [
  "INVITE",
  "ACK",
  "CANCEL",
  "BYE",
  "OPTIONS",
  "MESSAGE",
  "UPDATE",
  "NOTIFY",
  "PRACK",
] as const;

export class Faces {
  /** Also of requests that make no call. */
  readonly usual: Face;
  readonly largeMessage: Face;
  /** By it a focus knows that the same device comes back. RFC 5626 §4.1 */
  readonly conference: Face;
  readonly #ports: FacesPorts;

  constructor(ports: FacesPorts) {
    this.#ports = ports;
    this.usual = this.#faceWith(Params.none);
    this.largeMessage = this.#faceWith(Params.of([LARGE_MESSAGE_TAG, ""]));
    const instance = `<${ports.instance}>`;
    this.conference = this.#faceWith(Params.none.withQuoted("+sip.instance", instance));
  }

  #faceWith(features: Params): Face {
    const { contact, userAgent } = this.#ports;
    let last: NameAddr | undefined;
    return {
      // A new connection is another contact: what is sent next tells the peer.
      get contact(): NameAddr {
        last = contact() ?? last;
        if (last === undefined) throw new Error("not registered yet");
        const { uri } = last;
        return { name: undefined, uri, params: features.with(IM_TAG, "") }; // IM-7.1.1.1-04, IM-9.1.1.1-03
      },
      allow: CLIENT_METHODS, // IM-7.1.1.1-03
      supported: CLIENT_EXTENSIONS, // IM-7.1.1.1-06, IM-7.1.2.2-05, IM-9.1.1.1-05
      edit: (edit) => edit.set(UserAgent, userAgent),
    };
  }
}
