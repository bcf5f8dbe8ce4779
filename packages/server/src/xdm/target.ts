/** What a request is about, once it is clear that its user may ask. RFC 4825 §6 */
import { type NodeSelector, parseNodeSelector, parseXcapTarget } from "@parlance/formats";
import type { User } from "../ports/index.ts";
import { notFound, refusal, type WebAnswer, type WebRequest } from "../web/index.ts";
import { forbidden } from "./answers.ts";
import type { Usage } from "./usages/usage.ts";
import { isXuiOf } from "./xui.ts";

export type Asked =
  | { readonly kind: "answer"; readonly answer: WebAnswer }
  | { readonly kind: "capabilities" }
  | { readonly kind: "directory" }
  | AskedDocument;

export interface AskedDocument {
  readonly kind: "document";
  readonly usage: Usage;
  readonly name: string;
  readonly owner: User;
  /** Who asks is another: he may read what is for others. */
  readonly foreign: boolean;
  /** Undefined for the document as a whole. */
  readonly node: NodeSelector | undefined;
  /** URI of the document. */
  readonly uri: string;
}

const CAPABILITIES = "xcap-caps";
export const DIRECTORY = "org.openmobilealliance.xcap-directory";

export interface TargetPorts {
  /** The path under which all documents are, with a slash at its end. */
  readonly root: string;
  readonly usages: ReadonlyMap<string, Usage>;
  /** The user of that address, if another may read what is for others; undefined also where there is no such user. */
  readonly readable: (xui: string, reader: User) => User | undefined;
}

export function readAsked(
  { target }: Pick<WebRequest, "target">,
  user: User,
  { root, usages, readable }: TargetPorts,
): Asked {
  const read = target.startsWith(root) ? parseXcapTarget(target.slice(root.length)) : undefined;
  if (read === undefined) return answer(notFound());
  if (!read.ok) return answer(refusal(400, "bad XCAP URI"));
  const { auid, tree, xui, document, node } = read.value;
  if (tree === "global") {
    const known = auid === CAPABILITIES && document === "index" && node === undefined;
    return known ? { kind: "capabilities" } : answer(notFound());
  }
  if (xui === undefined) return answer(forbidden());
  const foreign = !isXuiOf(xui, user);
  const mayBeRead = !foreign || usages.get(auid)?.forOthers !== undefined;
  const owner = foreign && mayBeRead ? readable(xui, user) : user;
  if (!mayBeRead || owner === undefined) return answer(forbidden());
  if (auid === DIRECTORY) {
    const known = document === "directory.xml" && node === undefined;
    return known ? { kind: "directory" } : answer(notFound());
  }
  const usage = usages.get(auid);
  if (usage === undefined) return answer(notFound());
  const selector = node && parseNodeSelector(node, usage.namespace);
  if (selector !== undefined && !selector.ok) return answer(refusal(400, "bad node selector"));
  const [uri = ""] = target.split(/\/(?:~|%7e){2}(?:\/|$)|\?/i, 1);
  return { kind: "document", usage, name: document, owner, foreign, node: selector?.value, uri };
}

function answer(value: WebAnswer): Asked {
  return { kind: "answer", answer: value };
}
