/** What is in the body of a request, each step taken once and only when somebody asks. RFC 3261 §7.4, RFC 3862, RFC 5438 */
import {
  type Cpim,
  decodedContent,
  type Entity,
  findImdns,
  type Imdn,
  mediaTypeOf,
  parseCpim,
} from "@parlance/formats";
import { essentialPart, type Refusal, refuse, withoutRecipientHistory } from "@parlance/im";
import { ContentEncoding, ContentType, type SipRequest } from "@parlance/sip";
import { type Inflate, parsed } from "@parlance/wire";
import type { Content, Reading } from "../ports/index.ts";

const CPIM = "message/cpim";
const IMDN = "message/imdn+xml";
const MOST_GROWTH = 20; // no honest text of a few KiB is compressed further

export interface ContentPorts {
  readonly inflate: Inflate;
  readonly limitBytes: number;
}

export class RequestContent implements Content {
  readonly #request: SipRequest;
  readonly #ports: ContentPorts;
  #bytes: Reading<Uint8Array> | undefined;
  #cpim: { readonly reading: Reading<Cpim> | undefined } | undefined;
  #imdn: { readonly reading: Reading<Imdn> | undefined } | undefined;
  #withoutHistory: { readonly entity: Entity | undefined } | undefined;

  constructor(request: SipRequest, ports: ContentPorts) {
    this.#request = request;
    this.#ports = ports;
  }

  get mediaType(): string | undefined {
    return this.sizeBytes === 0 ? undefined : this.#request.get(ContentType)?.type;
  }

  get sizeBytes(): number {
    return this.#request.body.length;
  }

  get bytes(): Reading<Uint8Array> {
    this.#bytes ??= this.#decode();
    return this.#bytes;
  }

  get cpim(): Reading<Cpim> | undefined {
    this.#cpim ??= { reading: this.#readCpim() };
    return this.#cpim.reading;
  }

  get imdn(): Reading<Imdn> | undefined {
    this.#imdn ??= { reading: this.#readImdn() };
    return this.#imdn.reading;
  }

  get withoutHistory(): Entity | undefined {
    this.#withoutHistory ??= { entity: this.#leaveOutHistory() };
    return this.#withoutHistory.entity;
  }

  #decode(): Reading<Uint8Array> {
    const { body } = this.#request;
    const codings = (this.#request.get(ContentEncoding) ?? []).map((name) => name.toLowerCase());
    const [coding = "identity"] = codings;
    if (coding === "identity" && codings.length < 2) return good(body);
    if (codings.length > 1 || (coding !== "deflate" && coding !== "gzip")) {
      const accepted = [["Accept-Encoding", "deflate, gzip, identity"]] as const;
      return bad(refuse("unsupported type", accepted)); // RFC 3261 §8.2.3
    }
    const { inflate, limitBytes } = this.#ports;
    const bytes = inflate(body, coding, Math.min(limitBytes, body.length * MOST_GROWTH));
    return bytes === undefined ? bad(refuse("bad body")) : good(bytes);
  }

  #readCpim(): Reading<Cpim> | undefined {
    const { mediaType } = this;
    const several = this.#hasParts;
    if (mediaType !== CPIM && !several) return undefined;
    const { bytes } = this;
    if (!bytes.ok) return bytes;
    const envelope = several ? this.#envelopeIn(bytes.value) : bytes.value;
    if (envelope === undefined) return undefined;
    const cpim = parseCpim(envelope);
    return cpim.ok ? cpim : bad(refuse("bad body"));
  }

  #envelopeIn(content: Uint8Array): Uint8Array | undefined {
    const part = essentialPart({ headers: this.#typeHeader, content });
    const type = parsed(() => mediaTypeOf(part.headers).essence);
    return type.ok && type.value === CPIM ? decodedContent(part) : undefined;
  }

  #leaveOutHistory(): Entity | undefined {
    if (!this.#hasParts) return undefined;
    const { bytes } = this;
    if (!bytes.ok) return undefined;
    return withoutRecipientHistory({ headers: this.#typeHeader, content: bytes.value });
  }

  get #hasParts(): boolean {
    return this.mediaType?.startsWith("multipart/") === true;
  }

  get #typeHeader(): readonly (readonly [string, string])[] {
    return [["Content-Type", this.#request.text(ContentType) ?? ""]];
  }

  #readImdn(): Reading<Imdn> | undefined {
    const { mediaType, cpim } = this;
    if (mediaType !== IMDN && cpim?.ok !== true) return undefined;
    const { bytes } = this;
    if (!bytes.ok) return bytes;
    const found = findImdns({ headers: this.#typeHeader, content: bytes.value });
    if (!found.ok) return bad(refuse("bad body"));
    const [first] = found.value;
    return first === undefined ? undefined : good(first.imdn);
  }
}

function good<T>(value: T): Reading<T> {
  return { ok: true, value };
}

function bad(refusal: Refusal): { readonly ok: false; readonly refusal: Refusal } {
  return { ok: false, refusal };
}
