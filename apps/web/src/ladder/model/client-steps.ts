/** What a client has seen of the wire, as a step of the ladder: the server's line is in the middle there, too. */
import type { Step } from "./step.ts";

interface Place {
  readonly id: string;
  readonly transport: string;
  readonly remote: { readonly host: string; readonly port: number };
}

interface SipMessage {
  readonly body: Uint8Array;
  lines(): Iterable<{ readonly name: string; readonly value: string }>;
}

/** What of a record of the SDK's trace is read here. */
export type Traced =
  | {
      readonly protocol: "sip";
      readonly direction: "in" | "out";
      readonly message: SipMessage | Uint8Array;
      readonly flow: Place;
    }
  | {
      readonly protocol: "msrp";
      readonly direction: "in" | "out";
      readonly frame: { readonly bytes: Uint8Array };
      readonly connection: Place;
    };

export interface Seen {
  /** Address of the user whose client it was. */
  readonly user: string;
  /** Epoch ms, with a fraction. */
  readonly at: number;
  readonly traced: Traced;
}

/** More than that of one message nobody reads on a page. */
const MOST_CHARACTERS = 16_384;
const decoder = new TextDecoder();

/** What went out of a client came in to the server. */
export function stepOfClient({ user, at, traced }: Seen, sequence: number): Step {
  const { protocol, direction } = traced;
  const whole = textOf(traced);
  const text = withoutProofs(whole.slice(0, MOST_CHARACTERS));
  const { id, transport, remote } = protocol === "sip" ? traced.flow : traced.connection;
  return {
    sequence,
    at: Math.round(at * 1_000),
    protocol,
    direction: direction === "out" ? "in" : "out",
    flow: `${user} ${id}`,
    owner: user,
    peer: "", // the page itself
    local: `${remote.host}:${remote.port}`,
    transport: transport.toUpperCase(),
    ...(protocol === "sip" ? sipFacts(text) : msrpFacts(text)),
    users: [user],
    bytes: whole.length,
    text,
    cut: Math.max(0, whole.length - MOST_CHARACTERS),
  };
}

type Facts = Pick<Step, "title" | "form" | "messageIds" | "sessions" | "carries"> & Partial<Step>;

function sipFacts(text: string): Facts {
  const [start = ""] = text.split("\r\n", 1);
  const [, status, reason] = /^SIP\/2\.0 (\d{3}) (.*)$/.exec(start) ?? [];
  const [, method = ""] =
    (status === undefined ? /^(\S+) / : /^CSeq:[^\r\n]*? ([A-Z]+)\s*$/im).exec(
      status === undefined ? start : text,
    ) ?? [];
  const branch = first(text, /^(?:Via|v):[^\r\n]*?;branch=([^;,\s]+)/im);
  const belongsTo = method === "ACK" || method === "CANCEL" ? "INVITE" : method;
  const event = method === "NOTIFY" ? first(text, /^(?:Event|o): *([^;\r\n]+)/im) : undefined;
  return {
    ...bodyFacts(text),
    ...given({
      method,
      exchange: branch && `${branch} ${belongsTo}`,
      callId: first(text, /^(?:Call-ID|i): *(\S+)/im),
      status: status === undefined ? undefined : Number(status),
    }),
    title:
      status === undefined ? start.replace(/ SIP\/2\.0$/, "") : `${status} ${reason} (${method})`,
    form: status === undefined ? "request" : "response",
    carries: [...(event === undefined ? [] : ["notify", event]), ...bodyFacts(text).carries],
  };
}

function msrpFacts(text: string): Facts {
  const [start = ""] = text.split("\r\n", 1);
  const [, id, what = "", comment = ""] = /^MSRP (\S+) (\S+) ?(.*)$/.exec(start) ?? [];
  const status = /^\d{3}$/.test(what) ? Number(what) : undefined;
  const facts = bodyFacts(text);
  const own = first(text, /^Message-ID: *(\S+)/im);
  return {
    ...facts,
    ...given({ exchange: id, method: status === undefined ? what : undefined, status }),
    title: status === undefined ? what : `${status} ${comment}`.trim(),
    form: status === undefined ? "request" : "response",
    messageIds: [...new Set([...(own === undefined ? [] : [own]), ...facts.messageIds])],
  };
}

const KINDS: readonly (readonly [type: string, kind: string])[] = [
  ["message/cpim", "cpim"],
  ["application/sdp", "sdp"],
  ["message/imdn+xml", "imdn"],
  ["application/im-iscomposing+xml", "composing"],
  ["application/conference-info+xml", "conference"],
  ["application/resource-lists+xml", "list"],
  ["text/plain", "text"],
];

/** What the server's own trace tells of a body; docs/trace.md */
function bodyFacts(text: string): Pick<Step, "messageIds" | "sessions" | "carries"> {
  const types = text.matchAll(/^(?:content-type|c): *([a-z0-9.+-]+\/[a-z0-9.+-]+)/gim);
  const kinds = Array.from(types, ([, type = ""]) =>
    KINDS.find(([known]) => known === type.toLowerCase()),
  );
  const ids = [
    first(text, /^[\w.-]{1,40}\.Message-ID: ?(\S+)/im),
    first(text, /<(?:[\w.-]{1,40}:)?message-id>\s{0,20}([^<\s]+)/i),
  ];
  const paths = text.matchAll(/\bmsrps?:\/\/[^\s/]+\/([^\s;]+)/gi);
  return {
    carries: [...new Set(kinds.flatMap((kind) => (kind === undefined ? [] : [kind[1]])))],
    messageIds: ids.filter((id) => id !== undefined),
    sessions: [...new Set(Array.from(paths, ([, id = ""]) => id))],
  };
}

function textOf(traced: Traced): string {
  if (traced.protocol === "msrp") return decoder.decode(traced.frame.bytes);
  const { message } = traced;
  if (message instanceof Uint8Array) return decoder.decode(message);
  const lines = Array.from(message.lines(), ({ name, value }) => `${name}: ${value}`);
  const start = "startLine" in message ? String(message.startLine) : "";
  return `${[start, ...lines].join("\r\n")}\r\n\r\n${decoder.decode(message.body)}`;
}

/** Nobody needs them to understand what went on. RFC 7616 §3.4 */
function withoutProofs(text: string): string {
  return text.replace(
    /\b((?:response|nonce|cnonce|nextnonce|rspauth|opaque)=")([^"\r\n]*)/gi,
    (_, name: string, secret: string) => name + "x".repeat(secret.length),
  );
}

function first(text: string, pattern: RegExp): string | undefined {
  return pattern.exec(text)?.[1];
}

/** Without what is not known. */
function given(facts: { readonly [name in keyof Step]?: Step[name] | undefined }): Partial<Step> {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}
