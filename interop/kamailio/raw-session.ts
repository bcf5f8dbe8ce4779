/** Clients that are written out by hand, in calls over the SIP/IP core. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { type RawUser, responseTo } from "../../tools/test/raw-user.ts";
import type { WireMessage } from "../../tools/test/wire-message.ts";

export const IM = "Accept-Contact: *;+g.oma.sip-im";

/** As an IM client. */
export async function register(user: RawUser, seconds: number): Promise<void> {
  user.peer.respond ??= (request) => responseTo(request, 200, "OK");
  const answer = await user.ask({
    method: "REGISTER",
    uri: `sip:${user.address.replace(/^.*@/, "")}`,
    to: user.address,
    headers: [`${contactOf(user)};+g.oma.sip-im`, `Expires: ${seconds}`],
  });
  assert.equal(answer.status, 200);
}

function contactOf({ address, peer }: RawUser): string {
  const { host, port } = peer.local;
  return `Contact: <${address.replace(/@.*/, "")}@${host}:${port};transport=tcp>`;
}

export interface Session {
  /** As the called side got it. */
  readonly invite: WireMessage;
  /** As the calling side got it. */
  readonly ok: WireMessage;
}

/** Both register, one calls, the other accepts; with descriptions when there are paths. */
export async function session(
  caller: RawUser,
  called: RawUser,
  path?: (name: string) => string,
): Promise<Session> {
  for (const user of [caller, called]) {
    await register(user, 600);
    user.peer.respond = undefined;
  }
  const described = (
    user: RawUser,
  ): { readonly headers: readonly string[]; readonly body: string } =>
    path === undefined
      ? { headers: [], body: "" }
      : {
          headers: ["Content-Type: application/sdp"],
          body: description(path(user.address.replace(/^sip:|@.*/g, ""))),
        };
  const { headers, body } = described(caller);
  const answered = caller.ask({
    method: "INVITE",
    uri: called.address,
    headers: [IM, contactOf(caller), ...headers],
    body,
  });
  const invite = await called.peer.take(({ method }) => method === "INVITE");
  const answer = described(called);
  const lines = [
    ...invite.headers("Record-Route").map((value) => `Record-Route: ${value}`),
    contactOf(called),
    ...answer.headers,
    `Content-Length: ${answer.body.length}`,
  ];
  called.peer.send(
    responseTo(invite, 200, "OK").replace("Content-Length: 0", lines.join("\r\n")) + answer.body,
  );
  const ok = await answered;
  assert.equal(ok.status, 200);
  const dialog = { from: ok.header("From") ?? "", to: ok.header("To") ?? "", callId: ok.callId };
  caller.peer.send(
    inDialog("ACK", caller, {
      ...dialog,
      target: uriIn(ok.header("Contact")),
      route: ok.headers("Record-Route").flatMap(values).toReversed().join(", "),
      cseq: Number.parseInt(ok.header("CSeq") ?? "0", 10),
    }),
  );
  await called.peer.take(({ method }) => method === "ACK");
  return { invite, ok };
}

/** The called side ends it, and the calling side hears of that. */
export async function hangUp(called: RawUser, caller: RawUser, { invite }: Session): Promise<void> {
  called.peer.send(
    inDialog("BYE", called, {
      target: uriIn(invite.header("Contact")),
      route: invite.headers("Record-Route").flatMap(values).join(", "),
      from: `${invite.header("To")};tag=raw`,
      to: invite.header("From") ?? "",
      callId: invite.callId,
      cseq: 1,
    }),
  );
  const bye = await caller.peer.take(({ method }) => method === "BYE");
  caller.peer.send(responseTo(bye, 200, "OK"));
  const ended = await called.peer.take(
    (one) => one.status !== undefined && one.header("CSeq") === "1 BYE",
  );
  assert.equal(ended.status, 200);
}

/** Where nobody listens: both ends open their connections themselves. */
export function pathOf(name: string): string {
  return `msrp://127.0.0.1:9/${name};tcp`;
}

function description(path: string): string {
  return [
    "v=0",
    "o=- 1 1 IN IP4 127.0.0.1",
    "s=-",
    "c=IN IP4 127.0.0.1",
    "t=0 0",
    "m=message 9 TCP/MSRP *",
    "a=accept-types:text/plain",
    `a=path:${path}`,
    "a=setup:active",
    "",
  ].join("\r\n");
}

interface InDialog {
  readonly target: string;
  readonly route: string;
  readonly from: string;
  readonly to: string;
  readonly callId: string;
  readonly cseq: number;
}

function inDialog(method: string, { peer }: RawUser, of: InDialog): string {
  const { host, port } = peer.local;
  return [
    `${method} ${of.target} SIP/2.0`,
    `Via: SIP/2.0/TCP ${host}:${port};branch=z9hG4bK${randomBytes(8).toString("hex")}`,
    "Max-Forwards: 70",
    ...(of.route === "" ? [] : [`Route: ${of.route}`]),
    `From: ${of.from}`,
    `To: ${of.to}`,
    `Call-ID: ${of.callId}`,
    `CSeq: ${of.cseq} ${method}`,
    "Content-Length: 0",
    "",
    "",
  ].join("\r\n");
}

/** Of a list on one line. */
function values(line: string): readonly string[] {
  return line.split(/,\s*(?=<)/);
}

function uriIn(contact: string | undefined): string {
  return /<([^>]+)>/.exec(contact ?? "")?.[1] ?? "";
}
