/** Which document, and which node in it, a request is about. RFC 4825 §6 */
import { FormatError, type Parsed, parsed } from "@parlance/wire";
import { percentDecoded } from "./percent.ts";

export interface XcapTarget {
  /** The application usage: `resource-lists`. */
  readonly auid: string;
  readonly tree: "users" | "global";
  /** Whose documents; `undefined` in the global tree. */
  readonly xui: string | undefined;
  /** The path below: usually one name. */
  readonly document: string;
  readonly node: NodeTarget | undefined;
}

/** A node selector that is not yet read: what its names mean depends on the usage. */
export interface NodeTarget {
  /** Percent-encoding undone. */
  readonly selector: string;
  /** The query as it came. */
  readonly query: string | undefined;
}

export const XCAP_TARGET_LIMITS = { path: 4096, segment: 255, documentSegments: 4 } as const;

const FORMAT = "XCAP URI";
const SEPARATOR = "~~";

/** `path` begins behind the XCAP root and its slash, and is as it came: nothing in it was undone. */
export function parseXcapTarget(path: string): Parsed<XcapTarget> {
  return parsed(() => readTarget(path));
}

function readTarget(path: string): XcapTarget {
  if (path.length > XCAP_TARGET_LIMITS.path) fail(XCAP_TARGET_LIMITS.path, "too long");
  const queryAt = path.indexOf("?");
  const hierarchy = queryAt === -1 ? path : path.slice(0, queryAt);
  // Split first and undo the encoding of each piece once: an encoded slash never makes a piece.
  const pieces = hierarchy.split("/");
  const separatorAt = pieces.findIndex((piece) => percentDecoded(piece) === SEPARATOR);
  const folders = separatorAt === -1 ? pieces : pieces.slice(0, separatorAt);
  const [auid = "", tree, ...rest] = folders.map(readSegment);
  const node: NodeTarget | undefined =
    separatorAt === -1 ? undefined : readNode(pieces.slice(separatorAt + 1), path, queryAt);
  if (tree !== "users" && tree !== "global") return fail(0, "neither of users nor global");
  const xui = tree === "users" ? (rest.shift() ?? fail(0, "of no user")) : undefined;
  if (rest.length === 0) fail(0, "no document");
  if (rest.length > XCAP_TARGET_LIMITS.documentSegments) fail(0, "too many folders");
  return { auid, tree, xui, document: rest.join("/"), node };
}

/** A name that could mean another place once somebody made a path of it is none. */
function readSegment(piece: string): string {
  const segment = percentDecoded(piece) ?? fail(0, "not percent-encoded UTF-8");
  const bad =
    segment === "" || segment === "." || segment === ".." || !/^[^/\\\p{Cc}]*$/u.test(segment);
  if (bad || segment.length > XCAP_TARGET_LIMITS.segment) fail(0, "no name of a document");
  return segment;
}

function readNode(pieces: readonly string[], path: string, queryAt: number): NodeTarget {
  const selector = percentDecoded(pieces.join("/")) ?? fail(0, "not percent-encoded UTF-8");
  return { selector, query: queryAt === -1 ? undefined : path.slice(queryAt + 1) };
}

function fail(offset: number, reason: string): never {
  throw new FormatError(FORMAT, offset, reason);
}
