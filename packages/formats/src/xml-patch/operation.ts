/** Changes of an XML document, one after the other. RFC 5261 §4 */
import { FormatError } from "@parlance/wire";

export type PatchOperation = {
  /** Selects one node of the document; its prefixes are those of `bindings`. */
  readonly sel: string;
  /** Where the operation stands: from prefix to namespace, "" being the default. */
  readonly bindings: ReadonlyMap<string, string>;
} & (
  | {
      readonly do: "add";
      readonly pos: "append" | "prepend" | "before" | "after";
      /** Nodes as they are written: elements, text, comments, instructions. */
      readonly content: Uint8Array;
    }
  | {
      readonly do: "add value";
      /** `@name` for an attribute, `namespace::prefix` for a declaration. */
      readonly type: string;
      readonly value: string;
    }
  /** Of nodes by a node, and of values by the text that `content` is. */
  | { readonly do: "replace"; readonly content: Uint8Array }
  | { readonly do: "remove"; readonly ws: "before" | "after" | "both" | undefined }
);

/** Why a patch cannot be applied, named as RFC 5261 §5.1 names it. */
export type PatchFault =
  | "invalid-attribute-value"
  | "invalid-diff-format"
  | "invalid-namespace-prefix"
  | "invalid-namespace-uri"
  | "invalid-node-types"
  | "invalid-patch-directive"
  | "invalid-root-element-operation"
  | "invalid-whitespace-directive"
  | "unlocated-node"
  | "unsupported-id-function";

export class PatchError extends FormatError {
  readonly because: PatchFault;

  constructor(because: PatchFault, reason: string = because, offset = 0) {
    super("XML patch", offset, reason);
    this.because = because;
  }
}

export function refuse(because: PatchFault, reason?: string): never {
  throw new PatchError(because, reason);
}
