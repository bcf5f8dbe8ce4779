/** SIP messages as a test sees them on the wire: read without the parser that is under test. */

export interface WireMessage {
  /** The whole message, an octet a character. */
  readonly text: string;
  readonly startLine: string;
  /** Status of a response; undefined for a request. */
  readonly status: number | undefined;
  /** Method of a request; undefined for a response. */
  readonly method: string | undefined;
  readonly callId: string;
  /** The branch of the topmost Via. */
  readonly branch: string;
  readonly body: string;
  /** The first line's value. */
  readonly header: (name: string) => string | undefined;
  readonly headers: (name: string) => readonly string[];
}

/** Reads what our server writes: long header names, CRLF, a right Content-Length. */
export function readWireMessage(text: string): WireMessage {
  const end = text.indexOf("\r\n\r\n");
  const [startLine = "", ...lines] = text.slice(0, end).split("\r\n");
  const fields = lines.map((line): readonly [string, string] => {
    const colon = line.indexOf(":");
    return [nameOf(line.slice(0, colon)), line.slice(colon + 1).trim()];
  });
  const headers = (name: string) =>
    fields.filter(([one]) => one === name.toLowerCase()).map(([, value]) => value);
  const header = (name: string) => headers(name)[0];
  const [, status] = /^SIP\/2\.0 (\d{3})/.exec(startLine) ?? [];
  const [, method] = /^(\S+) \S+ SIP\/2\.0$/.exec(startLine) ?? [];
  const [, branch = ""] = /;branch=([^;,\s]+)/.exec(header("via") ?? "") ?? [];
  return {
    text,
    startLine,
    status: status === undefined ? undefined : Number(status),
    method: status === undefined ? method : undefined,
    callId: header("call-id") ?? "",
    branch,
    body: text.slice(end + 4),
    header,
    headers,
  };
}

/** Takes whole messages off the front of a stream; says what is left. */
export function takeMessages(stream: string): { readonly taken: string[]; readonly rest: string } {
  const taken: string[] = [];
  let rest = stream;
  for (;;) {
    rest = rest.replace(/^(?:\r\n)+/, "");
    const end = rest.indexOf("\r\n\r\n");
    if (end === -1) return { taken, rest };
    const head = rest.slice(0, end + 2);
    const length = Number(/\r\n(?:content-length|l)[ \t]*:[ \t]*(\d+)/i.exec(head)?.[1] ?? 0);
    const size = end + 4 + length;
    if (rest.length < size) return { taken, rest };
    taken.push(rest.slice(0, size));
    rest = rest.slice(size);
  }
}

const COMPACT = new Map([
  ["v", "via"],
  ["f", "from"],
  ["t", "to"],
  ["i", "call-id"],
  ["m", "contact"],
  ["l", "content-length"],
  ["c", "content-type"],
]);

function nameOf(written: string): string {
  const name = written.trim().toLowerCase();
  return COMPACT.get(name) ?? name;
}
