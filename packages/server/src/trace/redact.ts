/** Takes out of a record what proves an identity or wakes a device, and what people wrote, without changing a length. RFC 7616 §3.4 */
import { octetBytes, octetText } from "@parlance/wire";
import { hidePushTokens } from "../push-tokens.ts";
import { hideContent } from "./hide-content.ts";

const NAMES =
  "authorization|proxy-authorization|www-authenticate|proxy-authenticate|authentication-info" +
  "|proxy-authentication-info|cookie|set-cookie";
/** A header of that kind with its folded lines. */
const HEADER = new RegExp(`^(?:${NAMES})[ \\t]*:[^\\r\\n]*(?:\\r\\n[ \\t][^\\r\\n]*)*`, "gim");
/** A core sends the client's REGISTER along. 3GPP TS 24.229 §5.4.1.7A */
const CARRIES_SIP = /^(?:content-type|c)[ \t]*:\s*(?:message\/sip|multipart\/)/im;
/** Values from which a password could be tried out, or a challenge answered again. */
const SECRET =
  /\b(response|nonce|cnonce|nextnonce|rspauth|opaque)([ \t]*=[ \t]*)("[^"]*"|[^\s,"]+)/gi;
/** Anything but Digest carries the secret itself. */
const TOKEN = /(:\s*(?!digest\b)[a-z][a-z0-9-]*[ \t]+)(?![a-z-]+[ \t]*=)([^\s,]+)/gi;
/** Whoever has it may choose a name for somebody else. Security rule 35 */
const ALIAS_LINK = /(\/alias\?t=)([\w-]{16,128})/g;
const COOKIE = /^((?:set-)?cookie[ \t]*:[ \t]*)(.*)$/is;

/** `text`: what people wrote may be seen as well. */
export function redact(bytes: Uint8Array, { text = false } = {}): Uint8Array {
  const shown = octetText(bytes);
  const clean = hideAliasLinks(hidePushTokens(withoutProofs(shown)));
  const hidden = text ? clean : hideContent(clean);
  return hidden === shown ? bytes : octetBytes(hidden);
}

export function hideAliasLinks(text: string): string {
  return text.replace(ALIAS_LINK, (_, before: string, token: string) => before + mask(token));
}

function withoutProofs(text: string): string {
  const headEnd = text.indexOf("\r\n\r\n");
  const whole = headEnd < 0 || CARRIES_SIP.test(text.slice(0, headEnd));
  const head = whole ? text : text.slice(0, headEnd);
  const clean = head.replace(HEADER, withoutSecrets);
  return whole ? clean : clean + text.slice(headEnd);
}

function withoutSecrets(header: string): string {
  if (COOKIE.test(header)) {
    return header.replace(COOKIE, (_, name: string, value: string) => name + mask(value));
  }
  return header
    .replace(
      SECRET,
      (_, name: string, equals: string, value: string) => name + equals + mask(value),
    )
    .replace(TOKEN, (_, scheme: string, token: string) => scheme + mask(token));
}

function mask(value: string): string {
  return value.startsWith('"') ? `"${"x".repeat(value.length - 2)}"` : "x".repeat(value.length);
}
