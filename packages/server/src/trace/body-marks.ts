/** What a body is about, found as text: also bodies that no parser would take are grouped. */
import { octetText } from "@parlance/wire";

export interface BodyMarks {
  /** What it carries, from the outside in: "cpim", "imdn", "sdp" … */
  readonly carries: readonly string[];
  /** Messages that it is, or reports about. RFC 5438 §6.3 */
  readonly messageIds: readonly string[];
  /** Ids of MSRP sessions whose paths it names. RFC 4975 §8.2 */
  readonly sessions: readonly string[];
}

export const NO_MARKS: BodyMarks = { carries: [], messageIds: [], sessions: [] };

/** What stands behind it is text of people, or more of the same. */
const LOOKED_AT_BYTES = 8_192;
const MOST_SESSIONS = 8;

const KINDS: readonly (readonly [type: string, kind: string])[] = [
  ["multipart/", "multipart"],
  ["message/cpim", "cpim"],
  ["application/sdp", "sdp"],
  ["message/imdn+xml", "imdn"],
  ["application/im-iscomposing+xml", "composing"],
  ["application/conference-info+xml", "conference"],
  ["application/resource-lists+xml", "list"],
  ["application/reginfo+xml", "registrations"],
  ["application/xcap-diff+xml", "documents"],
  ["application/poc-settings+xml", "settings"],
  ["message/external-body", "elsewhere"],
  ["message/sipfrag", "sipfrag"],
  ["message/sip", "sip"],
  ["text/plain", "text"],
  ["text/html", "text"],
  ["image/", "image"],
];
const TYPE =
  /(?:^|\n)content-type[ \t]*:[ \t]*([a-z0-9!#$&^_.+-]{1,64}\/[a-z0-9!#$&^_.+-]{0,64})/gi;
const MESSAGE_ID = /^[\w.-]{1,40}\.Message-ID: ?([^\s]{1,200})/im;
const REPORTED_ID = /<(?:[\w.-]{1,40}:)?message-id>\s{0,20}([^<\s]{1,200})/i;
const PATH = /\bmsrps?:\/\/[^\s/]{1,256}\/([^\s;]{1,128})/gi;

/** `type`: of the whole body, as its header says it. */
export function marksOf(type: string | undefined, body: Uint8Array): BodyMarks {
  if (body.length === 0) return NO_MARKS;
  const text = octetText(body, 0, Math.min(body.length, LOOKED_AT_BYTES));
  const types = [type ?? "", ...Array.from(text.matchAll(TYPE), ([, inner = ""]) => inner)];
  const ids = [MESSAGE_ID.exec(text)?.[1], REPORTED_ID.exec(text)?.[1]];
  const carries = new Set(types.flatMap(kindOf));
  return {
    carries: [...carries],
    messageIds: ids.filter((id) => id !== undefined),
    sessions: carries.has("sdp") ? sessionsIn(text) : [],
  };
}

/** Session ids of all MSRP URIs in a text. */
export function sessionsIn(text: string): readonly string[] {
  const found = new Set<string>();
  for (const [, id = ""] of text.matchAll(PATH)) if (found.size < MOST_SESSIONS) found.add(id);
  return [...found];
}

function kindOf(type: string): readonly string[] {
  const lower = type.trim().toLowerCase();
  const known = KINDS.find(([begin]) => lower.startsWith(begin));
  return known === undefined ? [] : [known[1]];
}
