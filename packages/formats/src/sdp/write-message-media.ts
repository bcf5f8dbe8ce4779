/** A typed m= line back as lines, in the order in which the examples of the service stand. */
import { writeFileOffer } from "../file-transfer/index.ts";
import { writeConnection } from "./fields.ts";
import { writeFingerprint } from "./fingerprint.ts";
import type { SdpLine } from "./lines.ts";
import type { MessageMedia } from "./message-media.ts";
import { writePath } from "./path.ts";
import { attributeLine, type SdpMedia } from "./sdp.ts";
import { writeTypeList } from "./type-list.ts";

/** Its c= is left out where `sessionHost` already says the same. */
export function writeMessageMedia(media: MessageMedia, sessionHost?: string): SdpMedia {
  const { port, proto } = media;
  const lines = [...writeLines(media, sessionHost)];
  return { kind: "message", port, ports: undefined, proto, formats: ["*"], lines };
}

function* writeLines(media: MessageMedia, sessionHost: string | undefined): Iterable<SdpLine> {
  if (media.title !== undefined) yield { type: "i", value: media.title };
  if (media.address !== undefined && media.address.host !== sessionHost) {
    yield { type: "c", value: writeConnection(media.address) };
  }
  yield attributeLine("path", writePath(media.path));
  yield attributeLine("accept-types", writeTypeList(media.acceptTypes));
  if (media.acceptWrappedTypes.length > 0) {
    yield attributeLine("accept-wrapped-types", writeTypeList(media.acceptWrappedTypes));
  }
  if (media.maxSize !== undefined) yield attributeLine("max-size", size(media.maxSize));
  if (media.setup !== undefined) yield attributeLine("setup", media.setup);
  if (media.connection !== undefined) yield attributeLine("connection", media.connection);
  if (media.cema) yield attributeLine("msrp-cema");
  for (const fingerprint of media.fingerprints) {
    yield attributeLine("fingerprint", writeFingerprint(fingerprint));
  }
  if (media.chatroom !== undefined) yield chatroomLine(media.chatroom);
  yield attributeLine(media.direction);
  if (media.label !== undefined) yield attributeLine("label", media.label);
  if (media.file !== undefined) {
    for (const [name, value] of writeFileOffer(media.file)) yield attributeLine(name, value);
  }
  for (const { name, value } of media.extra) yield attributeLine(name, value);
}

function chatroomLine(tokens: readonly string[]): SdpLine {
  return attributeLine("chatroom", tokens.length === 0 ? undefined : tokens.join(" "));
}

function size(octets: number): string {
  const text = String(octets);
  if (!/^\d{1,10}$/.test(text)) throw new RangeError("not a size");
  return text;
}
