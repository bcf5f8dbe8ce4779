/** MSRP over TLS: whom it meets, by name and by fingerprint. RFC 4975 §14, RFC 8122 */
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { type TestContext, test } from "node:test";
import type { DialTarget, TlsExpectation } from "@parlance/msrp";
import {
  certificate,
  folder,
  plug,
  readAll,
  refusals,
} from "../sip-transports/loopback-rig.test.ts";
import { Certificates } from "../sockets/certificates.ts";
import { type End, end, WITHIN } from "./loopback-rig.test.ts";
import type { MsrpTransportsOptions } from "./msrp-transports.ts";
import { fingerprintsOf } from "./peer-proof.ts";

interface SecureEnd {
  readonly server: End;
  readonly target: (expect: TlsExpectation) => DialTarget;
  readonly address: { readonly host: string; readonly port: number };
  readonly pem: string;
}

async function certificatesFor(t: TestContext, name: string) {
  const made = await certificate(folder(t), name, [name]);
  const certificates = new Certificates({ files: [made], reloaded: () => undefined });
  t.after(() => certificates.close());
  return { certificates, pem: made.cert };
}

async function secureEnd(
  t: TestContext,
  name: string,
  options: MsrpTransportsOptions = {},
): Promise<SecureEnd> {
  const { certificates, pem } = await certificatesFor(t, name);
  const server = end(t, { certificates, ...options });
  const { host, port } = await server.transports.listen({ url: "tls://127.0.0.1:0" });
  const target = (expect: TlsExpectation): DialTarget => ({ transport: "tls", host, port, expect });
  return { server, target, address: { host, port }, pem };
}

const byName = (name: string): TlsExpectation => ({ by: "name", name });

function byPrint(pem: string, hash = "sha-256"): TlsExpectation {
  const all = fingerprintsOf(new X509Certificate(pem));
  return { by: "fingerprint", fingerprints: all.filter((one) => one.hash === hash) };
}

test("the name in a certificate that an authority signed is met", WITHIN, async (t) => {
  const { server, target, pem } = await secureEnd(t, "im.example.com");
  const client = end(t, { authorities: [pem] });
  const here = (await client.dials(target(byName("im.example.com")))).attached();
  const there = (await server.taken()).attached();
  here.say("there");
  assert.equal(await there.hears(5), "there");
  there.say("back");
  assert.equal(await here.hears(4), "back");
  assert.deepEqual(here.connection.peer.names, ["im.example.com"]);
  assert.deepEqual([here.connection.transport, there.connection.transport], ["tls", "tls"]);
});

test("another name, and a certificate that nobody vouches for, are not", WITHIN, async (t) => {
  const { target, pem } = await secureEnd(t, "im.example.com");
  const trusting = end(t, { authorities: [pem] });
  assert.equal(await trusting.fails(target(byName("example.com"))), "not authenticated");
  assert.equal(await trusting.fails(target(byName("127.0.0.1"))), "not authenticated");
  assert.equal(await end(t).fails(target(byName("im.example.com"))), "not authenticated");
});

test("a fingerprint is met whoever signed the certificate, under each hash", WITHIN, async (t) => {
  const { target, pem } = await secureEnd(t, "im.example.com");
  const client = end(t);
  for (const hash of ["sha-1", "sha-256", "sha-512"]) {
    const here = await client.dials(target(byPrint(pem, hash)));
    assert.deepEqual(here.connection.peer.names, []); // nobody vouches for them
    assert.equal(here.connection.peer.fingerprints.length, 3);
  }
});

test(
  "the fingerprint of another certificate, or none, is refused (RFC 8122 §6.2)",
  WITHIN,
  async (t) => {
    const { target } = await secureEnd(t, "im.example.com");
    const other = await certificatesFor(t, "other.example.com");
    const client = end(t);
    assert.equal(await client.fails(target(byPrint(other.pem))), "not authenticated");
    const none = { by: "fingerprint", fingerprints: [] } as const;
    assert.equal(await client.fails(target(none)), "not authenticated");
  },
);

test("a client shows its own certificate, by which the server knows it", WITHIN, async (t) => {
  const { server, target, pem } = await secureEnd(t, "im.example.com");
  const own = await certificatesFor(t, "phone.example.com");
  const client = end(t, { certificates: own.certificates });
  const here = await client.dials(target(byPrint(pem)));
  const there = await server.taken();
  assert.deepEqual(
    there.connection.peer.fingerprints,
    fingerprintsOf(new X509Certificate(own.pem)),
  );
  assert.deepEqual(there.connection.peer.names, []);
  here.connection.close();
});

test("who does not finish the handshake, or speaks no TLS, is closed", WITHIN, async (t) => {
  const { server, address } = await secureEnd(t, "im.example.com", {
    limits: { tlsHandshakeMs: 40 },
  });
  assert.equal(await readAll(await plug(t, address)), "");
  const plain = await plug(t, address);
  plain.write("MSRP a786hjs2 SEND\r\n\r\n");
  await readAll(plain);
  assert.deepEqual(refusals(server.events), ["handshake", "handshake"]);
});

test("a TLS listener without a certificate is a mistake", async (t) => {
  await assert.rejects(end(t).transports.listen({ url: "tls://127.0.0.1:0" }), /certificate/);
});
