/** Conditional requests. RFC 9110 §13, RFC 4825 §7.11 */
import { FormatError } from "@parlance/wire";
import { field, type WebRequest } from "../web/index.ts";

export interface Conditions {
  readonly ifMatch: EntityTags | undefined;
  readonly ifNoneMatch: EntityTags | undefined;
}

/** "*", or tags without their quotes; weak ones keep their prefix and so never match. */
type EntityTags = "*" | readonly string[];

/** Throws `FormatError`: 400. */
export function readConditions(request: WebRequest): Conditions {
  return {
    ifMatch: readTags(request, "if-match"),
    ifNoneMatch: readTags(request, "if-none-match"),
  };
}

/**
 * Undefined when it may go on. `etag` is that of the document, `exists` tells of what is selected in it: tags are
 * of documents, a star is about the very thing.
 */
export function judgeConditions(
  { ifMatch, ifNoneMatch }: Conditions,
  {
    etag,
    exists,
    reads,
  }: {
    readonly etag: string | undefined;
    readonly exists: boolean;
    readonly reads: boolean;
  },
): 304 | 412 | undefined {
  if (ifMatch !== undefined && !holds(ifMatch, etag, exists)) return 412;
  if (ifNoneMatch !== undefined && holds(ifNoneMatch, etag, exists)) return reads ? 304 : 412;
  return undefined;
}

function holds(tags: EntityTags, etag: string | undefined, exists: boolean): boolean {
  if (tags === "*") return exists;
  return etag !== undefined && tags.includes(etag);
}

const MOST_TAGS = 64;
const TAG = /^(W\/)?"([\x21\x23-\x7e\u0080-\u00ff]{0,256})"$/;

function readTags(request: WebRequest, name: string): EntityTags | undefined {
  const text = field(request, name);
  if (text === undefined) return undefined;
  if (text === "*") return "*";
  const tags = text.split(",", MOST_TAGS + 1).map((one) => one.trim());
  if (tags.length > MOST_TAGS) throw new FormatError(name, 0, "too many tags");
  return tags.map((tag) => {
    const [whole, weak, opaque] = TAG.exec(tag) ?? [];
    if (whole === undefined || opaque === undefined) throw new FormatError(name, 0, "no tag");
    return weak === undefined ? opaque : whole;
  });
}
