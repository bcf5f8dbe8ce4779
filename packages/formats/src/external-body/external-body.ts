/** message/external-body: the content lies elsewhere, here is its address. RFC 4483, RFC 2017 */
import { FormatError, type Parsed, parsed, utf8Bytes } from "@parlance/wire";
import { formatMailDate, parseMailDate } from "../mail-date.ts";
import {
  type Entity,
  formatMediaType,
  type MimeHeader,
  mediaTypeOf,
  readMimeHead,
  writeMimeHeader,
} from "../mime/index.ts";

/** Nobody here fetches it: that is for the user to decide. */
export interface ExternalBody {
  readonly url: string;
  /** Until when it can be fetched; mandatory, and yet left out by some. RFC 4483 §5.7 */
  readonly expiresAt: number | undefined;
  readonly sizeBytes: number | undefined; // RFC 4483 §5.9
  /** SHA-1 in hexadecimal, lower case. RFC 4483 §5.12 */
  readonly hash: string | undefined;
  /** Of the content that is not here: Content-Type, Content-Disposition … */
  readonly headers: readonly MimeHeader[];
}

export const EXTERNAL_BODY_TYPE = "message/external-body";

const FORMAT = EXTERNAL_BODY_TYPE;
const ABSOLUTE_URL = /^[A-Za-z][A-Za-z0-9+.-]*:[^\s<>"]+$/;

export function parseExternalBody(entity: Entity): Parsed<ExternalBody> {
  return parsed(() => readExternalBody(entity));
}

/** The headers of the body, to be put into the message or part that carries it, and its content. */
export function formatExternalBody(body: ExternalBody): Entity {
  if (!ABSOLUTE_URL.test(body.url)) throw new RangeError("not an absolute URL");
  const parameters = new Map([
    ["access-type", "URL"],
    ["URL", body.url],
  ]);
  if (body.expiresAt !== undefined) parameters.set("expiration", formatMailDate(body.expiresAt));
  if (body.sizeBytes !== undefined) parameters.set("size", String(body.sizeBytes));
  if (body.hash !== undefined) parameters.set("hash", body.hash);
  const type = formatMediaType({ essence: EXTERNAL_BODY_TYPE, parameters });
  const head = body.headers.map(([name, value]) => writeMimeHeader(name, value)).join("");
  return { headers: [["Content-Type", type]], content: utf8Bytes(`${head}\r\n`) };
}

function readExternalBody({ headers, content }: Entity): ExternalBody {
  const { essence, parameters } = mediaTypeOf(headers);
  if (essence !== EXTERNAL_BODY_TYPE) throw new FormatError(FORMAT, 0, "another media type");
  if (parameters.get("access-type")?.toLowerCase() !== "url") {
    throw new FormatError(FORMAT, 0, "access-type is not URL");
  }
  // Long ones may be broken by white space, which is no part of them. RFC 2017 §3.1
  const url = parameters.get("url")?.replaceAll(/\s+/g, "") ?? "";
  if (!ABSOLUTE_URL.test(url)) throw new FormatError(FORMAT, 0, "no URL");
  const expiration = parameters.get("expiration");
  const size = parameters.get("size") ?? "";
  const hash = parameters.get("hash") ?? "";
  return {
    url,
    expiresAt: expiration === undefined ? undefined : parseMailDate(expiration),
    sizeBytes: /^\d{1,15}$/.test(size) ? Number(size) : undefined,
    hash: /^(?:[0-9A-Fa-f]{2})+$/.test(hash) ? hash.toLowerCase() : undefined,
    headers: readMimeHead(FORMAT, content, 0).headers,
  };
}
