/** The certificate that the other side of a TLS connection has shown. */
import type { X509Certificate } from "node:crypto";
import type { TLSSocket } from "node:tls";

const shown = new WeakMap<TLSSocket, X509Certificate>();

/**
 * As often as one asks. Node takes the certificate of a server out of the chain that it came in, so that its own
 * function gives the next one of the chain when it is called again, or nothing.
 */
export function peerCertificateOf(socket: TLSSocket): X509Certificate | undefined {
  const known = shown.get(socket);
  if (known !== undefined) return known;
  const certificate = socket.getPeerX509Certificate();
  if (certificate !== undefined) shown.set(socket, certificate);
  return certificate;
}
