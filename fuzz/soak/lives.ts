/** What devices do with a server, well and badly. Each leaves nothing behind but what the server has to forget by itself. */
import { connect } from "node:net";
import { connectPeer, type Transport } from "../../tools/test/peers.ts";
import { IM, Party, RawCall, RawSession } from "../../tools/test/raw-session.ts";
import { answerChallenge, type RawUser, responseTo } from "../../tools/test/raw-user.ts";
import type { Victim } from "../../tools/test/victim.ts";
import { newId } from "../../tools/test/wire-frame.ts";

export type Life = (on: Victim) => Promise<void>;

/** Shortest that the server of this run grants. */
export const EXPIRY_SECONDS = 2;

const OFFER = [
  "v=0",
  "o=- 1 1 IN IP4 127.0.0.1",
  "s=-",
  "c=IN IP4 127.0.0.1",
  "t=0 0",
  "m=message 9 TCP/MSRP *",
  "a=accept-types:*",
  "a=path:msrp://127.0.0.1:9/soak;tcp",
  "",
].join("\r\n");

/** By name, as they are told of when one fails. */
export const LIVES: ReadonlyMap<string, Life> = new Map<string, Life>([
  ["registered over UDP, and gone", registersAndVanishes("UDP")],
  ["registered over TCP, and gone", registersAndVanishes("TCP")],
  ["registered over WebSocket, and gone", registersAndVanishes("WS")],
  ["texts to one who is there, and to one who is not", texts],
  ["a session that ends in order", (on) => session(on, "bye")],
  ["a session whose connections are cut amid a chunk", (on) => session(on, "cut")],
  ["a session without a BYE, whose SIP is gone as well", (on) => session(on, "vanish")],
  ["a session whose MSRP never comes", (on) => session(on, "unbound")],
  ["an INVITE that is cancelled", cancelled],
  ["a group that is joined, left and abandoned", group],
  ["a group whose members do not answer, and whose author is gone", missed],
  ["a room that is joined and left", room],
  ["subscriptions that nobody ends", subscriptions],
  ["files, whole and half", files],
  ["documents and history", documents],
  ["questions of operators", operators],
  ["wrong passwords from many ports", wrongPasswords],
  ["what cannot be read", garbage],
]);

async function device(on: Victim, name: string, transport: Transport): Promise<RawUser> {
  const user = on.userOn(await connectPeer(on.server, transport), name);
  await enroll(user);
  return user;
}

async function enroll(user: RawUser): Promise<void> {
  const { status, text } = await user.register([`Expires: ${EXPIRY_SECONDS}`], `;${IM}`);
  if (status !== 200) throw new Error(text);
}

/** A contact that is taken back, so that the next one does not fork to it. */
async function withdraw(user: RawUser): Promise<void> {
  await user.register(["Expires: 0"], `;${IM}`);
  user.peer.close();
}

function registersAndVanishes(transport: Transport): Life {
  return async (on) => {
    const user = await device(on, "dan", transport);
    await enroll(user);
    user.peer.close();
  };
}

async function texts(on: Victim): Promise<void> {
  const [alice, bob] = [await device(on, "alice", "TCP"), await device(on, "bob", "TCP")];
  await alice.message(bob.address, "hello");
  await withdraw(bob);
  await alice.message(bob.address, "for later");
  const back = await device(on, "bob", "UDP"); // what waits is pushed to it
  await back.peer.take((one) => one.method === "MESSAGE").catch(() => undefined);
  await withdraw(back);
  await withdraw(alice);
}

type End = "bye" | "cut" | "vanish" | "unbound";

async function session(on: Victim, end: End): Promise<void> {
  const [alice, bob] = [await device(on, "alice", "TCP"), await device(on, "bob", "TCP")];
  try {
    const open = await RawSession.open(alice, bob);
    try {
      await live(open, end);
    } finally {
      open.close();
    }
    if (end === "bye") await Promise.all([withdraw(alice), withdraw(bob)]);
  } finally {
    for (const { peer } of [alice, bob]) peer.close();
  }
}

async function live(open: RawSession, end: End): Promise<void> {
  const { caller, callee } = open;
  if (end !== "unbound") {
    await caller.join();
    await callee.join();
    callee.listen();
    await caller.says("hello");
  }
  if (end === "cut") {
    const headers = ["Message-ID: cut", "Byte-Range: 1-*/9000", "Content-Type: text/plain"];
    const frame = caller.frame({ id: newId(), headers, body: "half of it", flag: "+" });
    caller.media.send(frame.subarray(0, frame.length - 20));
    caller.hangUp();
    callee.hangUp();
  }
  if (end === "bye" || end === "cut") await open.end().catch(() => undefined);
}

/** It rings, and the caller has thought better of it; or is gone. */
async function cancelled(on: Victim): Promise<void> {
  const [alice, bob] = [await device(on, "alice", "TCP"), await device(on, "bob", "TCP")];
  ringsForEver(bob);
  const text = invite(alice, bob.address);
  await bob.peer.take((one) => one.method === "INVITE");
  const head = text.slice(0, text.indexOf("\r\n\r\n")).split("\r\n");
  const kept = head.filter((line) => /^(?:Via|Max-Forwards|From|To|Call-ID):/.test(line));
  const cseq = head.find((line) => line.startsWith("CSeq:"))?.replace("INVITE", "CANCEL");
  alice.peer.send(
    [`CANCEL ${bob.address} SIP/2.0`, ...kept, cseq, "Content-Length: 0", "", ""].join("\r\n"),
  );
  await alice.peer.take((one) => one.header("CSeq")?.endsWith("CANCEL") === true);
  for (const { peer } of [alice, bob]) peer.close();
}

function invite(user: RawUser, uri: string): string {
  const { text } = user.write({
    method: "INVITE",
    uri,
    headers: [
      `Contact: <sip:${user.peer.local.host}:${user.peer.local.port};transport=tcp>;${IM}`,
      `Accept-Contact: *;${IM}`,
      "Content-Type: application/sdp",
    ],
    body: OFFER,
  });
  user.peer.send(text);
  return text;
}

function ringsForEver({ peer }: RawUser): void {
  peer.respond = (request) => (request.method === "INVITE" ? "" : responseTo(request, 200, "OK"));
}

async function group(on: Victim): Promise<void> {
  const team = `sip:team@${on.domain}`;
  const [alice, carol] = [await device(on, "alice", "TCP"), await device(on, "carol", "TCP")];
  const { answer, call: begun } = await RawCall.begin(alice, team);
  if (begun === undefined) throw new Error(answer.text);
  const { call: joined } = await RawCall.begin(carol, team);
  await begun.party.join();
  await begun.party.says("to all");
  await subscribe(alice, team, "conference");
  await joined?.end(); // alice goes without a word
  begun.party.hangUp();
  for (const { peer } of [alice, carol]) peer.close();
}

async function missed(on: Victim): Promise<void> {
  const [alice, bob] = [await device(on, "alice", "TCP"), await device(on, "bob", "TCP")];
  ringsForEver(bob);
  invite(alice, `sip:board@${on.domain}`);
  await alice.peer.take(({ status }) => status !== undefined);
  for (const { peer } of [alice, bob]) peer.close();
}

async function room(on: Victim): Promise<void> {
  const alice = await device(on, "alice", "WS");
  const { answer, call } = await RawCall.begin(alice, `sip:lobby@${on.domain}`);
  if (call === undefined) throw new Error(answer.text);
  await new Party(alice, call.party.own, call.party.server).connect().then((one) => one.close());
  await call.end();
  await withdraw(alice);
}

async function subscriptions(on: Victim): Promise<void> {
  const carol = await device(on, "carol", "TCP");
  await subscribe(carol, carol.address, "reg");
  await subscribe(carol, `sip:lobby@${on.domain}`, "conference");
  await subscribe(carol, carol.address, "xcap-diff");
  carol.peer.close();
}

async function subscribe(user: RawUser, uri: string, event: string): Promise<void> {
  const { host, port } = user.peer.local;
  await user.ask({
    method: "SUBSCRIBE",
    uri,
    headers: [
      `Contact: <sip:${host}:${port};transport=tcp>`,
      `Event: ${event}`,
      `Expires: ${EXPIRY_SECONDS}`,
    ],
  });
}

async function files(on: Victim): Promise<void> {
  const whole = await asOwner(on, "alice", "POST", "/files", "x".repeat(10_000));
  const location = whole.headers.get("location");
  if (location !== null)
    await asOwner(on, "alice", "DELETE", new URL(location, on.server.httpUrl).pathname);
  const proof = await proofFor(on, "alice", "POST", "/files");
  const { hostname, port } = new URL(on.server.httpUrl);
  await new Promise<void>((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => {
      const head = [
        "POST /files HTTP/1.1",
        `Host: ${hostname}:${port}`,
        `Authorization: ${proof}`,
        "Content-Type: application/octet-stream",
        "Content-Length: 100000",
      ];
      socket.write(`${head.join("\r\n")}\r\n\r\n${"x".repeat(5_000)}`, () => {
        socket.resetAndDestroy();
        resolve();
      });
    }).once("error", reject);
  });
}

async function documents(on: Victim): Promise<void> {
  const lists = `/xcap/resource-lists/users/sip:alice@${on.domain}/index`;
  const body = `<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists"><list name="n"/></resource-lists>`;
  const type = "application/resource-lists+xml";
  await asOwner(on, "alice", "PUT", lists, body, type);
  await asOwner(on, "alice", "DELETE", lists);
  await asOwner(on, "alice", "GET", "/history/search?q=hello");
  await asOwner(on, "alice", "GET", "/history/conversations");
  await asOwner(on, "alice", "POST", "/token", '{"audience":"history"}', "application/json");
}

async function operators({ server }: Victim): Promise<void> {
  for (const path of ["/api/sessions", "/api/groups", "/api/limits", "/healthz"]) {
    await fetch(`${server.adminUrl}${path}`).then((answer) => answer.arrayBuffer());
  }
}

async function wrongPasswords(on: Victim): Promise<void> {
  for (const transport of ["UDP", "TCP", "WS"] as const) {
    const peer = await connectPeer(on.server, transport);
    const stranger = on.userOn(peer, `nobody-${newId()}`);
    await stranger.message(`sip:bob@${on.domain}`, "let me in");
    peer.close();
  }
}

async function garbage(on: Victim): Promise<void> {
  for (const transport of ["UDP", "TCP", "WS"] as const) {
    const peer = await connectPeer(on.server, transport);
    peer.send("INVITE sip:bob SIP/2.0\r\nVia: \r\nContent-Length: 99999\r\n\r\nhalf");
    peer.send(`\r\n\r\n${"x".repeat(2_000)}`);
    await operators(on); // by then it has been read
    peer.close();
  }
}

async function asOwner(
  on: Victim,
  name: string,
  method: string,
  path: string,
  body?: string,
  type = "application/octet-stream",
): Promise<Response> {
  const authorization = await proofFor(on, name, method, path);
  const headers = { authorization, ...(body === undefined ? {} : { "content-type": type }) };
  const what = body === undefined ? {} : { body };
  const answer = await fetch(`${on.server.httpUrl}${path}`, { method, headers, ...what });
  await answer.arrayBuffer();
  if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status}`);
  return answer;
}

async function proofFor(on: Victim, name: string, method: string, uri: string): Promise<string> {
  const asked = await fetch(`${on.server.httpUrl}${uri}`, { method });
  await asked.arrayBuffer();
  const challenge = asked.headers.get("www-authenticate") ?? "";
  const password = on.passwordOf(name);
  return answerChallenge(challenge, { username: name, password, method, uri, count: 1 });
}
