/** application/xcap-diff+xml: which documents and parts of documents have changed, and how. RFC 5874 */
import type { PatchOperation } from "../xml-patch/index.ts";

export interface XcapDiff {
  /** The XCAP root that the selectors begin at. */
  readonly root: string;
  readonly changes: readonly XcapChange[];
}

/** `sel` is a path below the root, percent-encoded. */
export type XcapChange = DocumentChange | ElementChange | AttributeChange;

/**
 * Without a new entity tag the document was removed. Without an old one it was created, or is only
 * named. With both and no patch it is to be fetched. RFC 5874 §3, figure 1
 */
export interface DocumentChange {
  readonly kind: "document";
  readonly sel: string;
  readonly previousEtag: string | undefined;
  readonly newEtag: string | undefined;
  /** The tag is another, the document the same. */
  readonly bodyNotChanged: boolean;
  readonly patch: readonly PatchOperation[];
}

/** What an element is now. */
export interface ElementChange {
  readonly kind: "element";
  readonly sel: string;
  readonly exists: boolean;
  /** As it is written; absent when it is gone, or too long to be shown. */
  readonly content: Uint8Array | undefined;
  /** From prefix to namespace, for the names in `content`. */
  readonly bindings: ReadonlyMap<string, string>;
}

/** What an attribute is now. */
export interface AttributeChange {
  readonly kind: "attribute";
  readonly sel: string;
  readonly exists: boolean;
  readonly value: string;
}

export const XCAP_DIFF_TYPE = "application/xcap-diff+xml";
export const XCAP_DIFF = "urn:ietf:params:xml:ns:xcap-diff";
