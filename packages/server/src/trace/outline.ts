/** What a record is about: enough to find it, to group it and to draw it. */
import { utf8TextLossy } from "@parlance/wire";
import { readNote } from "./note.ts";
import { outlineHttp } from "./outline-http.ts";
import { outlineMsrp } from "./outline-msrp.ts";
import { outlineSip } from "./outline-sip.ts";
import { nothing, type Reading } from "./reading.ts";
import type { TraceRecord } from "./ring.ts";

export interface Outline extends Reading {
  readonly record: TraceRecord;
}

export function outlineOf(record: TraceRecord): Outline {
  return { record, ...(readingOf(record) ?? unreadable(record.bytes)) };
}

function readingOf(record: TraceRecord): Reading | undefined {
  const { bytes } = record;
  switch (record.protocol) {
    case "sip":
      return outlineSip(bytes);
    case "msrp":
      return outlineMsrp(bytes);
    case "http":
      return outlineHttp(record);
    default:
      return outlineNote(bytes);
  }
}

function outlineNote(bytes: Uint8Array): Reading {
  const { by, said, clause, callId, about, users } = readNote(bytes);
  return {
    ...nothing(`${by}: ${said}`),
    form: "note",
    clause,
    callId,
    exchange: about,
    users: new Set(users),
  };
}

function unreadable(bytes: Uint8Array): Reading {
  const [line = ""] = utf8TextLossy(bytes.subarray(0, 200)).split("\r\n", 1);
  return nothing(line);
}
