import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { writeFileSync } from "node:fs";
import { connect as connectTcp } from "node:net";
import { type TestContext, test } from "node:test";
import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import { Certificates } from "../sockets/certificates.ts";
import { certificate, type End, end, folder, messageText } from "./loopback-rig.test.ts";
import type { Listening, ListenOptions, SipTransportsOptions } from "./options.ts";

const WITHIN = { timeout: 20_000 };

interface SecureEnd extends End {
  readonly listening: Listening;
  readonly certificates: Certificates;
  readonly pem: string;
  readonly reloads: (Error | undefined)[];
}

/** A TLS server whose certificate stands for these names. */
async function secureEnd(
  t: TestContext,
  names: readonly string[],
  options: SipTransportsOptions & Partial<ListenOptions> = {},
): Promise<SecureEnd> {
  const made = await certificate(folder(t), "server", names);
  const reloads: (Error | undefined)[] = [];
  const certificates = new Certificates({
    files: [made],
    reloaded: (error) => reloads.push(error),
  });
  t.after(() => certificates.close());
  const server = end(t, { certificates, ...options });
  const { clientAuthorities, clientRequired } = options;
  const listening = await server.transports.listen({
    url: "tls://127.0.0.1:0",
    ...(clientAuthorities === undefined ? {} : { clientAuthorities }),
    ...(clientRequired === undefined ? {} : { clientRequired }),
  });
  return { ...server, listening, certificates, pem: made.cert, reloads };
}

async function plug(t: TestContext, to: Listening, more: ConnectionOptions): Promise<TLSSocket> {
  const socket = connect({ host: to.host, port: to.port, rejectUnauthorized: false, ...more });
  t.after(() => socket.destroy());
  await once(socket, "secureConnect");
  return socket;
}

test(
  "a message goes there and back over TLS, to the name that was asked for",
  WITHIN,
  async (t) => {
    const server = await secureEnd(t, ["parlance.test"]);
    const client = end(t, { authorities: [server.pem] });
    const hop = {
      transport: "TLS",
      address: server.listening,
      serverName: "Parlance.Test",
    } as const;
    const flow = await client.transports.open(hop);
    assert.deepEqual(flow.peerNames, ["parlance.test"]);
    client.transports.send(flow, Buffer.from(messageText("there")));
    const there = await server.ear.next("message");
    assert.equal(there.flow.peerNames, undefined);
    server.transports.send(there.flow, Buffer.from(messageText("back")));
    assert.equal((await client.ear.next("message")).message.callId, "back");
    assert.equal(client.transports.open(hop), flow);
  },
);

test(
  "a certificate counts for whole names only, and never by its common name (RFC 5922 §7)",
  WITHIN,
  async (t) => {
    const cases = [
      { names: ["other.test"], asked: "parlance.test" },
      { names: ["*.parlance.test"], asked: "im.parlance.test" },
      { names: ["im.parlance.test"], asked: "parlance.test" },
      { names: ["parlance.test", "sip:other.test"], asked: "parlance.test" },
      { names: ["sip:alice@parlance.test"], asked: "alice" },
      { names: ["https://parlance.test"], asked: "parlance.test" },
      { names: ["https://parlance.test"], asked: "not a name for SIP" },
    ];
    for (const { names, asked } of cases) {
      const server = await secureEnd(t, names);
      const client = end(t, { authorities: [server.pem] });
      const opening = client.transports.open({
        transport: "TLS",
        address: server.listening,
        serverName: asked,
      });
      await assert.rejects(
        Promise.resolve(opening),
        /does not stand for|servername/i,
        names.join(),
      );
    }
  },
);

test("a sip URI in the certificate counts as its domain (RFC 5922 §7.1)", WITHIN, async (t) => {
  const server = await secureEnd(t, ["sip:parlance.test", "host7.parlance.test"]);
  const client = end(t, { authorities: [server.pem] });
  const flow = await client.transports.open({
    transport: "TLS",
    address: server.listening,
    serverName: "parlance.test",
  });
  assert.deepEqual(flow.peerNames, ["parlance.test"]);
});

test("a certificate of an authority that we do not know proves nothing", WITHIN, async (t) => {
  const server = await secureEnd(t, ["parlance.test"]);
  const client = end(t);
  const opening = client.transports.open({
    transport: "TLS",
    address: server.listening,
    serverName: "parlance.test",
  });
  await assert.rejects(Promise.resolve(opening), /self-signed/);
});

test("the same address under another name is another connection (RFC 5923)", WITHIN, async (t) => {
  const server = await secureEnd(t, ["one.test", "two.test"]);
  const client = end(t, { authorities: [server.pem] });
  const open = (serverName: string) =>
    client.transports.open({ transport: "TLS", address: server.listening, serverName });
  const [one, two] = [await open("one.test"), await open("two.test")];
  assert.notEqual(one, two);
  assert.equal(open("one.test"), one);
});

test(
  "a peer with a certificate is known by its names, and may be reached by an alias (RFC 5923)",
  WITHIN,
  async (t) => {
    const peer = await certificate(folder(t), "peer", ["core.test"]);
    const trusted: (readonly string[] | undefined)[] = [];
    const server = await secureEnd(t, ["parlance.test"], {
      clientAuthorities: [peer.cert],
      trusts: ({ peerNames }) => trusted.push(peerNames) > 1,
    });
    const client = end(t, {
      authorities: [server.pem],
      certificates: new Certificates({ files: [peer] }),
    });
    const flow = await client.transports.open({
      transport: "TLS",
      address: server.listening,
      serverName: "parlance.test",
    });
    client.transports.send(flow, Buffer.from(messageText("there")));
    const there = await server.ear.next("message");
    assert.deepEqual(there.flow.peerNames, ["core.test"]);
    assert.deepEqual(trusted, [undefined, ["core.test"]]);
    const address = { host: "127.0.0.1", port: 5061 };
    server.transports.alias(there.flow, address);
    const back = { transport: "TLS", address, serverName: "core.test" } as const;
    assert.equal(server.transports.open(back), there.flow);
    await assert.rejects(
      Promise.resolve(server.transports.open({ ...back, serverName: "x.test" })),
    );
  },
);

test("a listener that wants certificates refuses peers without one", WITHIN, async (t) => {
  const peer = await certificate(folder(t), "peer", ["core.test"]);
  const options = { clientAuthorities: [peer.cert], clientRequired: true };
  const server = await secureEnd(t, ["parlance.test"], options);
  const socket = connect({ ...server.listening, rejectUnauthorized: false });
  t.after(() => socket.destroy());
  await once(socket, "error");
  assert.equal(server.transports.connectionCount, 0);
});

test("TLS 1.1 and suites without authenticated encryption are refused", WITHIN, async (t) => {
  const server = await secureEnd(t, ["parlance.test"]);
  const old: ConnectionOptions[] = [
    { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "ALL:@SECLEVEL=0" },
    { maxVersion: "TLSv1.2", ciphers: "ECDHE-ECDSA-AES256-SHA:ECDHE-ECDSA-AES128-SHA256" },
  ];
  for (const options of old) {
    await assert.rejects(plug(t, server.listening, options));
  }
  const socket = await plug(t, server.listening, { maxVersion: "TLSv1.2" });
  assert.match(socket.getCipher().name, /GCM|POLY1305/);
});

test("the name that a peer asks for chooses the certificate", WITHIN, async (t) => {
  const path = folder(t);
  const files = [
    await certificate(path, "one", ["one.test"]),
    await certificate(path, "two", ["two.test", "*.two.test"]),
  ];
  const server = end(t, { certificates: new Certificates({ files }) });
  const listening = await server.transports.listen({ url: "tls://127.0.0.1:0" });
  const shown = async (servername: string) =>
    (await plug(t, listening, { servername })).getPeerX509Certificate()?.subjectAltName;
  assert.equal(await shown("one.test"), "DNS:one.test");
  assert.equal(await shown("TWO.test"), "DNS:two.test, DNS:*.two.test");
  assert.equal(await shown("im.two.test"), "DNS:two.test, DNS:*.two.test");
  assert.equal(await shown("unknown.test"), "DNS:one.test");
  assert.equal(await shown(""), "DNS:one.test");
});

test(
  "changed certificate files are used without a restart, half-written ones are not",
  WITHIN,
  async (t) => {
    const path = folder(t);
    const first = await certificate(path, "server", ["first.test"]);
    const reloads = new EventEmitter();
    const certificates = new Certificates({
      files: [first],
      reloaded: (error) => void reloads.emit("reload", error),
    });
    t.after(() => certificates.close());
    certificates.watch();
    const server = end(t, { certificates });
    const listening = await server.transports.listen({ url: "tls://127.0.0.1:0" });
    const shown = async (servername: string) =>
      (await plug(t, listening, { servername })).getPeerX509Certificate()?.subjectAltName;
    assert.equal(await shown(""), "DNS:first.test");

    const failed = once(reloads, "reload");
    const other = await certificate(folder(t), "other", ["second.test"]);
    writeFileSync(first.certFile, other.cert);
    assert.ok((await failed)[0] instanceof Error);
    assert.equal(await shown(""), "DNS:first.test");

    const done = once(reloads, "reload");
    writeFileSync(first.keyFile, other.key);
    assert.deepEqual(await done, [undefined]);
    assert.equal(await shown(""), "DNS:second.test");
    assert.equal(await shown("second.test"), "DNS:second.test");
  },
);

test("files that are as they were are not told of, however often they are read", async (t) => {
  const path = folder(t);
  const made = await certificate(path, "server", ["first.test"]);
  const told: (string | undefined)[] = [];
  const certificates = new Certificates({
    files: [made],
    reloaded: (error) => told.push(error && "unusable"),
  });
  const readTwice = (): void => {
    certificates.reload();
    certificates.reload();
  };
  readTwice();
  assert.deepEqual(told, []);
  writeFileSync(made.certFile, "half of it");
  readTwice();
  assert.deepEqual(told, ["unusable"]);
  writeFileSync(made.certFile, made.cert);
  readTwice();
  assert.deepEqual(told, ["unusable", undefined]);
});

test(
  "a handshake that never comes is closed in time and gives its place back",
  WITHIN,
  async (t) => {
    const limits = { tlsHandshakeMs: 40, connectionsPerSource: 1 };
    const server = await secureEnd(t, ["parlance.test"], { limits });
    const { host, port } = server.listening;
    const silent = connectTcp({ host, port });
    t.after(() => silent.destroy());
    silent.resume();
    await once(silent, "close");
    assert.deepEqual(
      server.events.map((event) => event.kind === "refused" && event.reason),
      ["handshake"],
    );
    const socket = await plug(t, server.listening, {});
    socket.write(messageText("after"));
    assert.equal((await server.ear.next("message")).message.callId, "after");
  },
);

test("a TLS connection that ends gives its place back", WITHIN, async (t) => {
  const server = await secureEnd(t, ["parlance.test"], { limits: { connectionsPerSource: 1 } });
  for (let at = 0; at < 3; at += 1) {
    const socket = await plug(t, server.listening, {});
    socket.write(messageText(String(at)));
    assert.equal((await server.ear.next("message")).message.callId, String(at));
    socket.destroy();
    await server.ear.next("closed");
  }
});
