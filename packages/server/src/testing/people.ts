/** Users, contacts and requests of one small domain. */
import { makeRequest, parseUri, type SipRequest, sipUri, type TransportName } from "@parlance/sip";
import { utf8Bytes } from "@parlance/wire";
import { RequestContent } from "../core/content.ts";
import { RequestPassage } from "../core/passage.ts";
import type { Binding, Originator, Passage, ReadContent, User } from "../ports/index.ts";

export const DOMAIN = "example.com";

export function userCalled(name: string, more: Partial<User> = {}): User {
  const address = `sip:${name}@${DOMAIN}`;
  return {
    name,
    address,
    identities: [address],
    displayName: undefined,
    disabled: false,
    ...more,
  };
}

export function originatorFor(user: User, anonymous = false): Originator {
  return { uri: parseUri(user.address), address: user.address, anonymous, user };
}

export function contactOf(user: User, transport: TransportName = "TCP", id = 1): Binding {
  const contact = sipUri(user.name, "192.0.2.7", { port: 5070 });
  const flow = {
    id: `flow-${id}`,
    transport,
    local: { host: "192.0.2.1", port: 5060 },
    remote: { host: "192.0.2.7", port: 5070 },
  };
  return {
    id,
    user: user.address,
    contact,
    contactText: "",
    q: 1000,
    expiresAt: Number.MAX_SAFE_INTEGER,
    instance: undefined,
    regId: undefined,
    tagged: true,
    imClient: true,
    path: [],
    flow: transport === "UDP" ? undefined : flow,
    datagramsOnly: transport === "UDP",
  };
}

/** Reads bodies that are not compressed; the others cannot be read. */
export const readContent: ReadContent = (request) =>
  new RequestContent(request, { inflate: () => undefined, limitBytes: 65_536 });

export interface MessageParts {
  readonly from?: string;
  readonly to?: string;
  readonly method?: string;
  readonly type?: string;
  readonly body?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A MESSAGE as a client sends it; without the IM tag when `Accept-Contact` is given as "". */
export function messageOf(parts: MessageParts = {}): SipRequest {
  const { from = "sip:alice@example.com", to = "sip:bob@example.com", method = "MESSAGE" } = parts;
  const headers = { "Accept-Contact": "*;+g.oma.sip-im", ...parts.headers };
  const body = parts.body ?? "hello";
  return makeRequest(method, parseUri(to), (edit) => {
    edit
      .setText("Via", "SIP/2.0/TCP 192.0.2.7:5070;branch=z9hG4bK1")
      .setText("From", `<${from}>;tag=1`)
      .setText("To", `<${to}>`)
      .setText("Call-ID", "call-1")
      .setText("CSeq", `1 ${method}`)
      .setText("Max-Forwards", "70");
    for (const [name, value] of Object.entries(headers)) {
      if (value !== "") edit.setText(name, value);
    }
    const bytes = typeof body === "string" ? utf8Bytes(body) : body;
    edit.body(bytes).setText("Content-Type", parts.type ?? "text/plain");
  });
}

export interface EnvelopeParts {
  readonly from?: string | undefined;
  readonly to?: string;
  readonly headers?: readonly string[];
  readonly type?: string;
  readonly content?: string;
}

/** A message/cpim. */
export function envelope(parts: EnvelopeParts = {}): string {
  const from = "from" in parts ? parts.from : "sip:alice@example.com";
  return [
    ...(from === undefined ? [] : [`From: <${from}>`]),
    `To: <${parts.to ?? "sip:bob@example.com"}>`,
    "DateTime: 2030-05-04T10:00:00Z",
    ...(parts.headers ?? []),
    "",
    `Content-Type: ${parts.type ?? "text/plain;charset=UTF-8"}`,
    "",
    parts.content ?? "hello",
  ].join("\r\n");
}

/** Lines that ask for reports. */
export function asking(messageId: string, ...requests: readonly string[]): readonly string[] {
  return [
    "NS: imdn <urn:ietf:params:imdn>",
    `imdn.Message-ID: ${messageId}`,
    `imdn.Disposition-Notification: ${requests.join(", ")}`,
  ];
}

export function passageOf(
  request: SipRequest,
  originator: Originator | undefined,
  receivedAt = Date.parse("2030-05-04T10:00:00Z"),
): Passage {
  const user = originator?.user;
  const principal =
    user === undefined
      ? ({ kind: "trusted peer", peer: "core" } as const)
      : ({ kind: "user", user } as const);
  return new RequestPassage(
    { request, principal, originator, flow: undefined, transaction: undefined, receivedAt },
    readContent,
  );
}
