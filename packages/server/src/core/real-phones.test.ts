/** What phones in use put on the wire, letter by letter: linphone, baresip, twinkle, libpurple, telepathy-rakia, SIPp, Kamailio. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";
import { Via } from "@parlance/sip";
import { utf8Bytes } from "@parlance/wire";
import { envelope } from "../testing/people.ts";
import { copied, Handset } from "./handset.test.ts";
import { bodyText, DOMAIN, type Phone, World } from "./world.test.ts";

const HOST = "192.0.2.90";
const BOB = `sip:bob@${DOMAIN}`;
const ALICE = `sip:alice@${DOMAIN}`;

async function opened(): Promise<World> {
  return World.open({ compat: { plainSip: true } });
}

/** An IM client that is there. */
async function online(world: World, name: string): Promise<Phone> {
  const phone = world.phone(name);
  await phone.register();
  await world.settle();
  return phone;
}

interface Twinkle {
  readonly user: string;
  readonly port: number;
}

/** Twinkle seeds with the clock: two that start in one second differ in nothing but user and port. */
function twinkleRequest(
  method: string,
  uri: string,
  { user, port }: Twinkle,
  more: readonly string[] = [],
): string {
  return [
    `${method} ${uri} SIP/2.0`,
    `Via: SIP/2.0/UDP ${HOST}:${port};rport;branch=z9hG4bKwtssqfdx`,
    "Max-Forwards: 70",
    `To: "User" <sip:${user}@${DOMAIN}>`,
    `From: "User" <sip:${user}@${DOMAIN}>;tag=pgvmt`,
    "Call-ID: tdotsgklwfizwyz@vm",
    `CSeq: 745 ${method}`,
    ...more,
    "User-Agent: Twinkle/1.10.2",
    "Content-Length: 0",
    "",
    "",
  ].join("\n");
}

function twinkleRegister(twinkle: Twinkle): string {
  const contact = `Contact: <sip:${twinkle.user}@${HOST}:${twinkle.port};transport=udp>;expires=600`;
  const allow = "Allow: INVITE,ACK,BYE,CANCEL,OPTIONS,PRACK,REFER,NOTIFY,SUBSCRIBE,INFO,MESSAGE";
  return twinkleRequest("REGISTER", `sip:${DOMAIN}`, twinkle, [contact, allow]);
}

const PUBLISH = ["Event: presence", "Expires: 3600"];

test("two twinkles of one second have all in common but the port, and each gets its own answers", async () => {
  const world = await opened();
  const twinkles = [
    { user: "alice", port: 5_061 },
    { user: "bob", port: 5_062 },
  ].map((twinkle) => ({
    twinkle,
    phone: new Handset(world, twinkle.user, { host: HOST, ...twinkle }),
  }));
  for (const { twinkle, phone } of twinkles) {
    const { status, to } = await phone.ask(twinkleRegister(twinkle));
    assert.equal(status, 200);
    assert.match(to.uri.kind === "sip" ? (to.uri.user ?? "") : "", new RegExp(twinkle.user));
    const uri = `sip:${twinkle.user}@${DOMAIN}`;
    const published = await phone.ask(twinkleRequest("PUBLISH", uri, twinkle, PUBLISH));
    assert.equal(published.status, 489);
  }
  for (const { twinkle } of twinkles) {
    const [binding] = world.server.admin.bindings(twinkle.user);
    assert.match(binding?.contact ?? "", new RegExp(`:${twinkle.port};`));
  }
});

test("two phones of one user with one Call-ID are two contacts", async () => {
  const world = await opened();
  for (const port of [5_061, 5_062]) {
    const phone = new Handset(world, "bob", { host: HOST, port });
    assert.equal((await phone.ask(twinkleRegister({ user: "bob", port }))).status, 200);
  }
  assert.equal(world.server.admin.bindings("bob").length, 2);
});

/** No seed: the same names at every start. Via without rport, and with the address of another interface. */
function purpleMessage(text: string): string {
  return [
    `MESSAGE ${BOB} SIP/2.0`,
    "Via: SIP/2.0/UDP 10.9.8.7:5064;branch=z9hG4bKC2337263F92E255A0F76",
    `From: <${ALICE}>;tag=5037755199;epid=1234567890`,
    `To: <${BOB}>`,
    "Max-Forwards: 10",
    "CSeq: 2 MESSAGE",
    "User-Agent: Purple/2.14.12",
    "Call-ID: 438DgCDE7aE9E8i231Bm27F8t0854b62C2x007Cx",
    "Content-Type: text/plain",
    `Content-Length: ${text.length}`,
    "",
    text,
  ].join("\n");
}

test("libpurple repeats Call-ID, tag and branch after a restart: each message is kept and comes", async () => {
  const world = await opened();
  for (const text of ["first life", "second life"]) {
    const purple = new Handset(world, "alice", { host: HOST, port: 40_064, listens: 5_064 });
    assert.equal((await purple.ask(purpleMessage(text))).status, 202);
    await world.clock.pass(40_000); // the transaction is over
  }
  const bob = await online(world, "bob");
  await world.clock.pass(1_000);
  assert.deepEqual(bob.received.map(bodyText), ["first life", "second life"]);
  assert.equal(new Set(bob.received.map(({ callId }) => callId)).size, 2);
});

test("without rport the answer goes to the source address and the port of Via (RFC 3261 §18.2.2)", async () => {
  const world = await opened();
  const bob = await online(world, "bob");
  const purple = new Handset(world, "alice", { host: HOST, port: 40_064, listens: 5_064 });
  const { status, via } = await purple.ask(purpleMessage("hello"));
  assert.equal(status, 200);
  assert.equal(via.params.get("received"), HOST);
  assert.equal(via.params.has("rport"), false);
  const back = world.serverMachine.sent.filter(({ flow }) => flow.remote.host === HOST);
  assert.deepEqual([...new Set(back.map(({ flow }) => flow.remote.port))], [5_064]);
  assert.equal(bob.received[0]?.text("Max-Forwards"), "9"); // ten was all it gave
});

function linphoneRegister(port: number): string {
  return [
    `REGISTER sip:${DOMAIN} SIP/2.0`,
    `Via: SIP/2.0/UDP ${HOST}:${port};alias;branch=z9hG4bK.Jn~2T;rport`,
    `From: <${BOB}>;tag=zMvpGk4GU`,
    `To: ${BOB}`,
    "CSeq: 20 REGISTER",
    "Call-ID: VGhAGcPDXg",
    "Max-Forwards: 70",
    "Supported: replaces, outbound, gruu",
    "Accept: application/sdp",
    "Accept: text/plain",
    "Accept: application/vnd.gsma.rcs-ft-http+xml",
    `Contact: <sip:bob@${HOST}:${port};transport=udp>;+sip.instance="<urn:uuid:2a4b0c0e-0001-0002-0003-000000000001>";+org.linphone.specs="ephemeral/1.1,groupchat/1.1"`,
    "Expires: 3600",
    "User-Agent: Linphonec/5.1.65 (belle-sip/5.1.64)",
    "",
    "",
  ].join("\n");
}

test("linphone leaves out Content-Length, brackets and reg-id, and answers as short", async () => {
  const world = await opened();
  const alice = await online(world, "alice");
  const linphone = new Handset(world, "bob", { host: HOST, port: 5_065 });
  const { status, texts } = await registered(linphone, linphoneRegister(5_065));
  assert.equal(status, 200);
  assert.match(texts, /pub-gruu="sip:bob@parlance\.test;gr=urn:uuid:2a4b0c0e/);
  linphone.respond = (request) =>
    [
      "SIP/2.0 200 Ok",
      copied(request, "Via", "From", "Call-ID", "CSeq"),
      `To: ${BOB};tag=x1`,
      "",
      "",
    ].join("\n");
  assert.equal((await alice.message(BOB, "hello")).status, 200);
  assert.deepEqual(linphone.requests.map(bodyText), ["hello"]);
});

async function registered(phone: Handset, text: string) {
  const response = await phone.ask(text);
  return { status: response.status, texts: response.texts("Contact").join(", ") };
}

test("contacts that expire as they say, in a header, or not at all (baresip, linphone, rakia)", async () => {
  const world = await opened();
  const cases = [
    { contact: ";expires=600", expires: [], granted: 600 },
    { contact: "", expires: ["Expires: 1200"], granted: 1_200 },
    { contact: "", expires: [], granted: 3_600 }, // RFC 3261 §10.3 step 7: ours to choose
  ];
  for (const [at, { contact, expires, granted }] of cases.entries()) {
    const port = 5_070 + at;
    const phone = new Handset(world, "bob", { host: HOST, port });
    const lines = [`Contact: <sip:bob-0x56@${HOST}:${port}>${contact}`, ...expires];
    const text = twinkleRequest("REGISTER", `sip:${DOMAIN}`, { user: "bob", port }, lines);
    const { texts } = await registered(phone, text.replace("z9hG4bK", `z9hG4bK${port}`));
    assert.match(texts, new RegExp(`:${port}>;expires=${granted}(?:,|$)`));
  }
});

/** sofia: compact names without a blank, a huge CSeq, no Max-Forwards; it asks whether it is reached. */
function rakiaProbe(port: number): string {
  return [
    `OPTIONS ${BOB} SIP/2.0`,
    `v:SIP/2.0/UDP ${HOST}:${port};rport;branch=z9hG4bKDSNU49r68F0Ze`,
    `f:<${BOB}>;tag=B7ptpcH8ya9jg`,
    `t:<${BOB}>`,
    "i:ew3O99vv6jy3B50AYA0ZBf",
    "CSeq:1001196664 OPTIONS",
    "Accept:application/vnd.nokia-register-usage",
    "s:REGISTRATION PROBE",
    "l:0",
    "",
    "",
  ].join("\n");
}

test("rakia registers without any Expires, and its OPTIONS to itself comes back to its contact", async () => {
  const world = await opened();
  const port = 5_066;
  const rakia = new Handset(world, "bob", { host: HOST, port });
  const lines = [`Contact: <sip:bob@${HOST}:${port};transport=udp>`];
  const text = twinkleRequest("REGISTER", `sip:${DOMAIN}`, { user: "bob", port }, lines);
  assert.equal((await rakia.ask(text.replace("745", "1001196664"))).status, 200);
  rakia.respond = (request) =>
    [
      "SIP/2.0 200 OK",
      copied(request, "Via", "v", "From", "f", "Call-ID", "i", "CSeq"),
      `To: <${BOB}>;tag=cggKr71BvKZ5B`,
      "Content-Type: application/vnd.nokia-register-usage",
      "Content-Length: 22",
      "",
      "ew3O99vv6jy3B50AYA0ZBf",
    ].join("\n");
  const answer = await rakia.ask(rakiaProbe(port));
  assert.equal(answer.status, 200);
  assert.equal(bodyText(answer), "ew3O99vv6jy3B50AYA0ZBf");
  assert.equal(rakia.requests[0]?.uriText, `sip:bob@${HOST}:${port};transport=udp`);
  assert.equal(rakia.requests[0]?.text("Max-Forwards"), "70");
});

test("spellings that are rare and right: blanks, padded numbers, empty lists, capitals, commas", async () => {
  const world = await opened();
  const alice = new Handset(world, "alice", { host: HOST, port: 5_067 });
  const bob = await online(world, "bob");
  const body = "sixteen letters!";
  const answer = await alice.ask(
    [
      `MESSAGE ${BOB};transport=UDP SIP/2.0`,
      `Via: SIP/2.0/UDP ${HOST}:5067;branch=z9hG4bK-odd;i=3;alias;rport,SIP/2.0/TCP 10.0.0.9:5060;branch=z9hG4bKfar`,
      `From: ${ALICE};tag=a1`,
      `To: ${BOB}`,
      "Call-ID: odd@host",
      "CSeq: 2147483647  MESSAGE",
      "Max-Forwards:  9",
      "Supported:",
      "Content-Type:  text/plain",
      "Content-Length:    16",
      "",
      body,
    ].join("\n"),
  );
  assert.equal(answer.status, 200);
  assert.equal(answer.get(Via)?.length, 2);
  assert.deepEqual(bob.received.map(bodyText), [body]);
  assert.equal(bob.received[0]?.text("Max-Forwards")?.trim(), "8");
});

test("answers without a To tag, with lines of the request, from another port (libpurple)", async () => {
  const world = await opened();
  const alice = await online(world, "alice");
  const port = 5_068;
  const phone = new Handset(world, "bob", { host: HOST, port });
  assert.equal((await phone.ask(twinkleRegister({ user: "bob", port }))).status, 200);
  phone.respond = (request) => {
    const lines = copied(
      request,
      "Via",
      "From",
      "To",
      "Call-ID",
      "CSeq",
      "Content-Type",
      "Max-Forwards",
    );
    // twinkle joins what came as several lines
    const vias = lines.match(/^Via: .*/gm)?.map((line) => line.slice(5)) ?? [];
    const rest = lines.split("\n").filter((line) => !line.startsWith("Via:"));
    const elsewhere = new Handset(world, "bob", { host: HOST, port: 45_068 });
    const text = [
      "SIP/2.0 200 OK",
      `Via: ${vias.join(",")}`,
      ...rest,
      "Event: x",
      "Content-Length: 0",
      "",
      "",
    ];
    elsewhere.send(text.join("\n"));
    return undefined;
  };
  assert.equal((await alice.message(BOB, "hello")).status, 200);
});

test("an identity with gr is the user's own, in From as in the envelope, and is kept on its way", async () => {
  const world = await opened();
  const bob = await online(world, "bob");
  const gruu = `${ALICE};gr=urn:uuid:00000000-0000-4000-8000-000000000001`;
  const alice = new Handset(world, "alice", { host: HOST, port: 5_069 });
  const body = envelope({ from: gruu, to: BOB });
  const text = (from: string): string =>
    [
      `MESSAGE ${BOB} SIP/2.0`,
      `Via: SIP/2.0/UDP ${HOST}:5069;branch=z9hG4bK-gr;rport`,
      `From: <${from}>;tag=a1`,
      `To: <${BOB}>`,
      "Call-ID: gr@host",
      "CSeq: 1 MESSAGE",
      "Max-Forwards: 70",
      "Content-Type: message/cpim",
      `Content-Length: ${body.length}`,
      "",
      body.replaceAll("\r\n", "\n"),
    ].join("\n");
  assert.equal((await alice.ask(text(gruu))).status, 200);
  assert.match(bob.received[0]?.text("From") ?? "", /gr=urn:uuid:/);
  const other = gruu.replace("alice", "carol");
  assert.equal((await alice.ask(text(other).replaceAll("-gr;", "-g2;"))).status, 403);
});

test("composing and receipts: what is for the moment is never kept, what is not urgent is", async () => {
  const world = await opened();
  const alice = await online(world, "alice");
  const sent = async (type: string, headers: Readonly<Record<string, string>>, coded = false) => {
    const { status } = await alice.message(BOB, "", (edit) => {
      const content = utf8Bytes("<x/>");
      edit.body(coded ? deflateSync(content) : content, type);
      for (const [name, value] of Object.entries(headers)) edit.setText(name, value);
    });
    return status;
  };
  const urgent = { Priority: "non-urgent" };
  assert.equal(await sent("application/im-iscomposing+xml", { ...urgent, Expires: "0" }), 480);
  const coded = { ...urgent, "Content-Encoding": "deflate" };
  assert.equal(await sent("application/im-iscomposing+xml", coded, true), 480);
  assert.equal(await sent("message/imdn+xml", urgent), 202); // without an envelope, and asked for by nobody
  assert.equal(await sent("message/imdn+xml", coded, true), 202);
  const bob = await online(world, "bob");
  await world.clock.pass(1_000);
  assert.deepEqual(
    bob.received.map((request) => request.text("Content-Type")),
    ["message/imdn+xml", "message/imdn+xml"],
  );
});

test("a list that comes compressed is read, and the copies are not (linphone)", async () => {
  const world = await opened();
  const [alice, bob] = [await online(world, "alice"), await online(world, "bob")];
  const list = `<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists"><list><entry uri="${BOB}"/></list></resource-lists>`;
  const body = [
    "--b",
    "Content-Type: message/cpim",
    "",
    envelope({ from: ALICE, to: BOB, content: "squeezed" }),
    "--b",
    "Content-Type: application/resource-lists+xml",
    "Content-Disposition: recipient-list",
    "",
    list,
    "--b--",
  ].join("\r\n");
  const { status } = await alice.message(`sip:conf-factory@${DOMAIN}`, "", (edit) =>
    edit
      .setText("Require", "recipient-list-message")
      .setText("Content-Encoding", "deflate")
      .body(deflateSync(body), "multipart/mixed;boundary=b"),
  );
  assert.equal(status, 202);
  await world.clock.pass(1_000);
  const [copy] = bob.received;
  assert.equal(copy?.has("Content-Encoding"), false);
  assert.equal(copy?.text("Content-Type"), "message/cpim");
  assert.match(bodyText(copy ?? assert.fail()), /\r\n\r\nsqueezed$/);
});

test("envelopes that the server writes are such as linphone takes: no name, its From, capitals, one blank", async () => {
  const world = await opened();
  const alice = await online(world, "alice");
  const asking = ["NS: imdn <urn:ietf:params:imdn>", "imdn.Message-ID: m1"];
  const headers = [...asking, "imdn.Disposition-Notification: processing"];
  const body = envelope({ from: ALICE, to: BOB, headers });
  const { status } = await alice.message(BOB, "", (edit) =>
    edit.setText("From", `"Alice" <${ALICE}>;tag=1`).body(utf8Bytes(body), "message/cpim"),
  );
  assert.equal(status, 202);
  await world.clock.pass(1_000);
  const [report] = alice.received;
  const lines = bodyText(report ?? assert.fail()).split("\r\n");
  assert.equal(lines[0], `From: <${BOB}>`);
  assert.match(report?.text("From") ?? "", new RegExp(`^<${BOB}>;tag=`));
  const head = lines.slice(0, lines.indexOf(""));
  for (const line of head) assert.match(line, /^(?:[A-Z][A-Za-z]*|imdn\.[A-Z][A-Za-z-]*): \S/);
});
