/** PUT of a document, an element or an attribute. RFC 4825 §7.1, §7.4, §7.7, §8.2 */
import {
  type NodeSelector,
  putNode,
  readNode,
  readXcapDocument,
  XCAP_ATTRIBUTE_TYPE,
  XCAP_ELEMENT_TYPE,
  type XcapError,
  xcapError,
} from "@parlance/formats";
import { equalBytes, FormatError, type XmlDocument } from "@parlance/wire";
import type { LimitWatch, User } from "../ports/index.ts";
import {
  field,
  methodNotAllowed,
  notFound,
  refusal,
  type WebAnswer,
  type WebRequest,
  wholeBody,
} from "../web/index.ts";
import { badType, conflict, done, unmet } from "./answers.ts";
import { type Conditions, judgeConditions } from "./conditions.ts";
import { type Change, type Documents, keyOf, type OpenDocument } from "./documents.ts";
import type { AskedDocument } from "./target.ts";
import type { CheckedDocument } from "./usages/usage.ts";

export interface WritePorts {
  readonly documents: Documents;
  readonly hits: LimitWatch;
  readonly documentBytes: number;
}

export async function putDocument(
  request: WebRequest,
  asked: AskedDocument,
  user: User,
  conditions: Conditions,
  ports: WritePorts,
): Promise<WebAnswer> {
  const refused = judgePut(request, asked);
  if (refused !== undefined) return refused;
  const body = await readBody(request, ports);
  if (body === undefined) return tooLarge(request, ports);
  let created = false;
  let checked: CheckedDocument | undefined;
  const changed = await ports.documents.change(
    keyOf(user, asked.usage.auid, asked.name),
    (now): Change<WebAnswer> => {
      const made = edited(now, body, { asked, conditions });
      if ("because" in made) return { do: "leave", because: made.because };
      ({ created } = made);
      if (made.bytes.length > ports.documentBytes) return leave(tooLarge(request, ports));
      checked = { bytes: made.bytes, xml: made.document, owner: user };
      const wrong = asked.usage.check(checked);
      if (wrong !== undefined) return leave(conflict(wrong));
      return { do: "put", ...checked, claim: asked.usage.claimOf(checked) };
    },
  );
  switch (changed.outcome) {
    case "put":
      return done(created ? 201 : 200, changed.etag);
    case "left":
      return changed.because;
    case "claimed":
      return checked === undefined ? notFound() : conflict(asked.usage.claimed(checked));
    case "over quota":
      ports.hits.hit("documentsPerUser", request.source.host);
      return refusal(507, "too many documents");
    default:
      return refusal(503, "busy", [["retry-after", "1"]]);
  }
}

/** What can be said before the body is read. */
function judgePut(request: WebRequest, { usage, name, node, uri }: AskedDocument) {
  if (usage.source !== undefined) return methodNotAllowed("GET, HEAD, DELETE");
  if (node?.terminal.kind === "namespaces") return methodNotAllowed("GET, HEAD"); // §7.10
  const expected = typeFor(node) ?? usage.type;
  if (!isType(field(request, "content-type"), expected)) return badType(expected); // §8.2.1
  const coding = field(request, "content-encoding")?.toLowerCase() ?? "identity";
  if (coding !== "identity") {
    return refusal(415, "unsupported content coding", [["accept-encoding", "identity"]]);
  }
  const folder = uri.slice(0, uri.lastIndexOf("/"));
  if (name.includes("/")) return conflict({ ...NO_PARENT, ancestor: folder });
  if (usage.only !== undefined && usage.only !== name) {
    return conflict(xcapError("constraint-failure", `the document is called ${usage.only}`));
  }
  return undefined;
}

const NO_PARENT = { kind: "no-parent", phrase: undefined } as const;

function typeFor(node: NodeSelector | undefined): string | undefined {
  if (node === undefined) return undefined;
  return node.terminal.kind === "attribute" ? XCAP_ATTRIBUTE_TYPE : XCAP_ELEMENT_TYPE;
}

/** With no charset but the one that there is. */
function isType(value: string | undefined, expected: string): boolean {
  const [type = "", ...params] = (value ?? "").split(";", 4).map((one) => one.trim().toLowerCase());
  const charsets = params.filter((one) => one.startsWith("charset="));
  return type === expected && charsets.every((one) => /^charset="?(utf-8|us-ascii)"?$/.test(one));
}

async function readBody(
  request: WebRequest,
  { documentBytes }: WritePorts,
): Promise<Uint8Array | undefined> {
  const length = field(request, "content-length");
  if (length !== undefined && !/^\d{1,10}$/.test(length)) {
    throw new FormatError("content-length", 0, "expected digits");
  }
  if (length !== undefined && Number(length) > documentBytes) return undefined;
  return wholeBody(request, documentBytes);
}

function tooLarge({ source }: WebRequest, { hits }: WritePorts): WebAnswer {
  hits.hit("documentBytes", source.host);
  return refusal(413, "document too large");
}

type Edited =
  | {
      readonly bytes: Uint8Array;
      readonly document: XmlDocument;
      readonly created: boolean;
    }
  | { readonly because: WebAnswer };

function edited(
  now: OpenDocument | undefined,
  body: Uint8Array,
  of: { readonly asked: AskedDocument; readonly conditions: Conditions },
): Edited {
  const { node, uri } = of.asked;
  const etag = now?.stored.etag;
  const not = judgeConditions(of.conditions, { etag, exists: exists(now, node), reads: false });
  if (not !== undefined) return { because: unmet(not, etag) };
  const made = node === undefined ? whole(now, body) : part(now, node, { body, uri });
  if ("because" in made || now === undefined) return made;
  // What changes nothing is no other version.
  return equalBytes(made.bytes, now.stored.bytes) ? { because: done(200, etag) } : made;
}

function exists(now: OpenDocument | undefined, node: NodeSelector | undefined): boolean {
  if (now === undefined || node === undefined) return now !== undefined;
  return readNode(now.stored.bytes, now.xml, node) !== undefined;
}

function whole(now: OpenDocument | undefined, body: Uint8Array): Edited {
  const read = readXcapDocument(body);
  if (!read.ok) return { because: conflict(read.error) };
  return { bytes: body, document: read.document, created: now === undefined };
}

function part(
  now: OpenDocument | undefined,
  node: NodeSelector,
  { body, uri }: { readonly body: Uint8Array; readonly uri: string },
): Edited {
  if (now === undefined) {
    const folder = uri.slice(0, uri.lastIndexOf("/"));
    return { because: conflict({ ...NO_PARENT, ancestor: folder }) };
  }
  const made = putNode(now.stored.bytes, now.xml, node, body);
  if (made.kind === "edited") return made;
  if (made.kind === "conflict") return { because: conflict(located(made.error, uri)) };
  return { because: made.kind === "not found" ? notFound() : methodNotAllowed("GET, HEAD") };
}

/** The ancestor by its path: under which name a client knows us is his to know. RFC 4825 §11.1 */
export function located(error: XcapError, uri: string): XcapError {
  if (error.kind !== "no-parent") return error;
  const ancestor = error.ancestor === undefined ? uri : `${uri}/~~/${error.ancestor}`;
  return { ...error, ancestor };
}

function leave(because: WebAnswer): Change<WebAnswer> {
  return { do: "leave", because };
}
