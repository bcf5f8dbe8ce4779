/** What the head of an HTTP request or answer is about. RFC 9112 §2.1 */
import { octetText } from "@parlance/wire";
import { nothing, type Reading } from "./reading.ts";
import { hideAliasLinks } from "./redact.ts";
import type { TraceRecord } from "./ring.ts";

const REQUEST = /^([A-Z]{1,32}) (\S{1,4096}) HTTP\/1\.1\r\n/;
const ANSWER = /^HTTP\/1\.1 (\d{3})[^\r\n]*\r\n/;
const TYPE = /^content-type: ([^\r\n;]{1,128})/im;

/** Undefined for what is no head of HTTP. */
export function outlineHttp({ bytes, exchange, user }: TraceRecord): Reading | undefined {
  const text = octetText(bytes);
  const common = {
    exchange,
    mediaType: TYPE.exec(text)?.[1],
    users: new Set(user === undefined ? [] : [user]),
  };
  const [, method, target = ""] = REQUEST.exec(text) ?? [];
  if (method !== undefined) {
    return { ...nothing(`${method} ${hideAliasLinks(target)}`), ...common, method, from: user };
  }
  const [line, status] = ANSWER.exec(text) ?? [];
  if (line === undefined) return undefined;
  const title = line.slice("HTTP/1.1 ".length).trim();
  return { ...nothing(title), ...common, form: "response", status: Number(status), to: user };
}
