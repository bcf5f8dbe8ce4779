/** What TLS has shown about the other side of an MSRP connection. RFC 4975 §14.2, RFC 8122 §6 */
import type { X509Certificate } from "node:crypto";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { Fingerprint, PeerProof } from "@parlance/msrp";
import { peerCertificateOf } from "../sockets/peer-certificate.ts";

const NOTHING: PeerProof = { names: [], fingerprints: [] };

export function peerProof(socket: Socket): PeerProof {
  if (!(socket instanceof TLSSocket)) return NOTHING;
  const certificate = peerCertificateOf(socket);
  if (certificate === undefined) return NOTHING;
  const names = socket.authorized ? dnsNames(certificate.subjectAltName) : [];
  return { names, fingerprints: fingerprintsOf(certificate) };
}

/** RFC 8122 §5; Node writes them as SDP does. */
export function fingerprintsOf(certificate: X509Certificate): readonly Fingerprint[] {
  return [
    { hash: "sha-1", value: certificate.fingerprint },
    { hash: "sha-256", value: certificate.fingerprint256 },
    { hash: "sha-512", value: certificate.fingerprint512 },
  ];
}

function dnsNames(subjectAltName: string | undefined): readonly string[] {
  const names = (subjectAltName ?? "").split(", ");
  return names.flatMap((name) => (name.startsWith("DNS:") ? [name.slice(4).toLowerCase()] : []));
}
