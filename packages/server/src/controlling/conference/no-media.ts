/** What a phone would offer that takes part by MESSAGE, if it offered anything: it can be judged, and is answered with nothing. */
import { utf8Bytes } from "@parlance/wire";
import { readOfferedMedia, type SessionMedia } from "../../media/index.ts";

const DESCRIPTION = [
  "v=0",
  "o=- 1 1 IN IP4 0.0.0.0",
  "s=-",
  "c=IN IP4 0.0.0.0",
  "t=0 0",
  "m=message 9 TCP/MSRP *",
  "a=accept-types:message/cpim",
  "a=accept-wrapped-types:*",
  "a=path:msrp://nowhere.invalid:9/none;tcp",
  "",
].join("\r\n");

export const NO_MEDIA: SessionMedia = readDescription();

function readDescription(): SessionMedia {
  const read = readOfferedMedia({ type: "application/sdp", bytes: utf8Bytes(DESCRIPTION) });
  if (typeof read === "string") throw new Error(`our own description is ${read}`);
  return read;
}
