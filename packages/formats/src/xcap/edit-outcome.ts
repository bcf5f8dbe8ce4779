/** What became of an attempt to change a document. RFC 4825 §8 */
import type { XmlDocument } from "@parlance/wire";
import type { XcapError } from "./xcap-error.ts";

export type XcapEdit =
  | {
      readonly kind: "edited";
      readonly bytes: Uint8Array<ArrayBuffer>;
      /** What they were read as, to see that the edit does what it is to. */
      readonly document: XmlDocument;
      /** Whether something new came into being: 201 and not 200. */
      readonly created: boolean;
    }
  | XcapEditFault;

export type XcapEditFault =
  /** Nothing is selected that could be deleted: 404. */
  | { readonly kind: "not found" }
  /** Bindings of namespaces can only be read: 405. */
  | { readonly kind: "not allowed" }
  /** 409, with the reason as its body. */
  | { readonly kind: "conflict"; readonly error: XcapError };

export function conflict(error: XcapError): XcapEditFault {
  return { kind: "conflict", error };
}
