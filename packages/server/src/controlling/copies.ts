/** One copy of a message to many for one recipient. RFC 5365 §7.2 */
import {
  type Cpim,
  type Entity,
  editCpim,
  formatMultipart,
  isMultipart,
  mediaTypeOf,
  parseCpim,
  parseImdnHeaders,
  parseMultipart,
  readdress,
} from "@parlance/formats";
import { CallId, Params, parseUri, type SipRequest, To } from "@parlance/sip";
import { parsed } from "@parlance/wire";
import { isEnvelope, withContent } from "./template.ts";

export interface CopyWishes {
  /** Unguessable, the same after a restart: a client that gets a copy twice knows it. */
  readonly id: string;
  /** Whether the envelope of each copy names its recipient. */
  readonly readdress: boolean;
}

/** Takes the template apart once, and then makes the copies. */
export class Copies {
  readonly #template: SipRequest;
  readonly #wishes: CopyWishes;
  readonly #parts: readonly Entity[];
  readonly #boundary: string | undefined;
  readonly #at: number;
  /** The envelope as it stands in the template; undefined when there is none. */
  readonly cpim: Cpim | undefined;

  constructor(template: SipRequest, wishes: CopyWishes) {
    this.#template = template;
    this.#wishes = wishes;
    const { parts, boundary } = takeApart(template);
    this.#parts = parts;
    this.#boundary = boundary;
    this.#at = parts.findIndex(isEnvelope);
    const read = parseCpim(parts[this.#at]?.content ?? new Uint8Array());
    this.cpim = read.ok ? read.value : undefined;
  }

  /** Throws `FormatError` when the address is none. */
  copy(recipient: string, number: number): SipRequest {
    const uri = parseUri(recipient);
    const edit = this.#template
      .edit()
      .uri(uri)
      .set(To, { name: undefined, uri, params: Params.none })
      .set(CallId, `${this.#wishes.id}-${number}`);
    const body = this.#bodyFor(recipient);
    return (body === undefined ? edit : edit.body(body)).done();
  }

  #bodyFor(recipient: string): Uint8Array | undefined {
    const { cpim } = this;
    const part = this.#parts[this.#at];
    if (!this.#wishes.readdress || cpim === undefined || part === undefined) return undefined;
    const to = { name: undefined, uri: recipient };
    // Only who reports needs to know which address it was before. RFC 5438 §8
    const told = reportedAs(cpim) === undefined ? { to: [to] } : readdress(cpim, to);
    const changes = { ...told, cc: [] };
    const content = editCpim(part.content, changes);
    if (this.#boundary === undefined) return content;
    return formatMultipart(this.#parts.with(this.#at, withContent(part, content)), this.#boundary);
  }
}

/** The id under which reports about the message were asked for; undefined when none were. */
export function reportedAs(cpim: Cpim): string | undefined {
  const headers = parseImdnHeaders(cpim);
  return headers.ok && headers.value.requests.size > 0 ? headers.value.messageId : undefined;
}

function takeApart(template: SipRequest): {
  readonly parts: readonly Entity[];
  readonly boundary: string | undefined;
} {
  const headers = [["Content-Type", template.text("Content-Type") ?? "text/plain"]] as const;
  const whole: Entity = { headers, content: template.body };
  const type = parsed(() => mediaTypeOf(headers));
  if (!type.ok || !isMultipart(type.value)) return { parts: [whole], boundary: undefined };
  const parts = parseMultipart(type.value, template.body);
  if (!parts.ok) return { parts: [whole], boundary: undefined };
  return { parts: parts.value, boundary: type.value.parameters.get("boundary") };
}
