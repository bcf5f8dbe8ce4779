/** What a body may be written in, said by its headers alone. RFC 3261 §8.2.3, RFC 3862 §2 */
import { parseMediaType } from "@parlance/formats";
import { type Refusal, refuse } from "@parlance/im";
import { ContentEncoding, ContentType, type SipRequest } from "@parlance/sip";
import { ownText } from "@parlance/wire";

const CHARSETS: ReadonlySet<string> = new Set(["utf-8", "us-ascii"]);
const CODINGS: ReadonlySet<string> = new Set(["identity", "deflate", "gzip"]);

const OTHER_CHARSET = refuse("unsupported type", [
  ["Accept", "text/plain;charset=UTF-8, message/cpim, multipart/mixed"],
]);
const OTHER_CODING = refuse("unsupported type", [["Accept-Encoding", [...CODINGS].join(", ")]]);

/** Undefined when everybody here can read it. */
export function judgeCoding(request: SipRequest): Refusal | undefined {
  const codings = request.get(ContentEncoding);
  if (codings?.some((name) => !CODINGS.has(name.toLowerCase())) === true) return OTHER_CODING;
  return judgeCharset(request.get(ContentType)?.params.get("charset"));
}

/** Nearly every envelope says the same few words: those that were found good, and are short. */
const good = new Set<string>();
const MOST_GOOD = 64;
const MAX_GOOD_TEXT = 64;

/** Of the text inside an envelope, by its Content-Type. */
export function judgeInnerCharset(contentType: string | undefined): Refusal | undefined {
  if (contentType === undefined || good.has(contentType)) return undefined;
  const refusal = judgeInner(contentType);
  if (refusal === undefined && contentType.length <= MAX_GOOD_TEXT) {
    if (good.size === MOST_GOOD) good.clear();
    good.add(ownText(contentType));
  }
  return refusal;
}

function judgeInner(contentType: string): Refusal | undefined {
  const type = parseMediaType(contentType);
  return type.ok ? judgeCharset(type.value.parameters.get("charset")) : undefined;
}

function judgeCharset(charset: string | undefined): Refusal | undefined {
  if (charset === undefined || CHARSETS.has(charset.toLowerCase())) return undefined;
  return OTHER_CHARSET;
}
