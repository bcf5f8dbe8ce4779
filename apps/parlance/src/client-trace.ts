/** What a client says and hears, as text: every message of SIP, every frame of MSRP. */
import { createWriteStream } from "node:fs";
import type { Trace, Traced } from "@parlance/client";
import { plain } from "./terminal/plain.ts";

/** Of one message: enough for all that is said by hand. */
const MOST_BYTES = 4_096;

/** Into a file that grows, for its owner's eyes, or with `-` to standard error. Rejects when it cannot be written. */
export async function traceTo(file: string): Promise<Trace> {
  const { redact } = await import("@parlance/server");
  const { formatMessage } = await import("@parlance/sip");
  const stream = file === "-" ? process.stderr : await opened(file);
  const octetsOf = (seen: Traced): Uint8Array => {
    if (seen.protocol === "msrp") return seen.frame.bytes;
    return seen.message instanceof Uint8Array ? seen.message : formatMessage(seen.message);
  };
  return (seen) => {
    const octets = redact(octetsOf(seen), { text: true });
    const more = octets.length - MOST_BYTES;
    const shown = new TextDecoder().decode(octets.subarray(0, MOST_BYTES));
    const cut = more > 0 ? `\n… and ${more} more bytes` : "";
    stream.write(`${headOf(seen)}\n${plain(shown.replaceAll("\r\n", "\n"))}${cut}\n\n`);
  };
}

function headOf(seen: Traced): string {
  const time = new Date(seen.at).toISOString().slice(11, 23);
  const arrow = seen.direction === "in" ? "<--" : "-->";
  const { transport, remote } = seen.protocol === "sip" ? seen.flow : seen.connection;
  return `${time}  ${arrow} ${remote.host}:${remote.port}/${transport.toUpperCase()}`;
}

function opened(file: string): Promise<NodeJS.WritableStream> {
  return new Promise((resolve, reject) => {
    const stream = createWriteStream(file, { flags: "a", mode: 0o600 });
    stream.once("open", () => resolve(stream));
    stream.once("error", reject);
  });
}
