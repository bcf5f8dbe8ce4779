/** Who a certificate says it is for SIP, and the TLS that we speak at all. RFC 5922 §7 */
import { constants } from "node:crypto";
import type { SecureContextOptions, TLSSocket } from "node:tls";
import { peerCertificateOf } from "./peer-certificate.ts";

/** TLS 1.2 and 1.3 with authenticated encryption and forward secrecy only; no renegotiation. */
export const TLS_PROFILE = {
  minVersion: "TLSv1.2",
  maxVersion: "TLSv1.3",
  ciphers: [
    "TLS_AES_128_GCM_SHA256",
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
    "ECDHE-RSA-CHACHA20-POLY1305",
  ].join(":"),
  honorCipherOrder: true,
  secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
} as const satisfies SecureContextOptions;

/**
 * The domains that a certificate stands for: hosts of its `sip:` URIs, or when it has none, its DNS
 * names. The common name never counts. RFC 5922 §7.1
 */
export function sipIdentities(subjectAltName: string | undefined): readonly string[] {
  const names = readAltNames(subjectAltName ?? "");
  const domains = names.flatMap(({ type, value }) => (type === "URI" ? sipDomain(value) : []));
  if (domains.length > 0) return domains;
  return names.filter(({ type }) => type === "DNS").map(({ value }) => canonical(value));
}

/** Whole names only: no wildcard, no suffix. RFC 5922 §7.2 */
export function provesName(identities: readonly string[], name: string): boolean {
  return identities.includes(canonical(name));
}

/** The SIP domains that the peer's certificate proves, if it showed a valid one. RFC 5922 §7.1 */
export function provenNames(socket: TLSSocket): readonly string[] | undefined {
  if (!socket.authorized) return undefined;
  return sipIdentities(peerCertificateOf(socket)?.subjectAltName);
}

interface AltName {
  readonly type: string;
  readonly value: string;
}

/** `DNS:a.test, URI:sip:a.test`; a value with special characters comes as a JSON string. */
const ALT_NAME = /([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,"]*)(?:, |$)/y;

function readAltNames(text: string): AltName[] {
  const names: AltName[] = [];
  const pattern = new RegExp(ALT_NAME);
  while (pattern.lastIndex < text.length) {
    const [, type = "", value = ""] = pattern.exec(text) ?? [];
    // What we cannot read proves nothing, and neither does what follows it.
    if (type === "") return names;
    names.push({ type, value: value.startsWith('"') ? unquoted(value) : value });
  }
  return names;
}

function unquoted(value: string): string {
  const text: unknown = JSON.parse(value);
  return typeof text === "string" ? text : "";
}

/** Only a `sip:` URI without a user names a domain. RFC 5922 §7.1 */
function sipDomain(uri: string): string[] {
  const [, host] = /^sip:([^@;?:[\]]+|\[[^\]]*\])(?::\d+)?(?:[;?][^@]*)?$/i.exec(uri) ?? [];
  return host === undefined ? [] : [canonical(host.replace(/^\[|\]$/g, ""))];
}

function canonical(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}
