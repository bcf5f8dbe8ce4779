/** What somebody wants to watch: documents, collections of them, and parts of documents. RFC 5875 §4.4 */
import { type NodeSelector, parseNodeSelector, parseXcapTarget } from "@parlance/formats";
import type { User } from "../../ports/index.ts";
import type { Usage } from "../usages/usage.ts";
import { isXuiOf } from "../xui.ts";

export interface Selected {
  /** As it was asked for: it is told with the same octets. §4.6 */
  readonly sel: string;
  readonly usage: Usage;
  /** Undefined for a collection. */
  readonly name: string | undefined;
  /** Undefined for whole documents. */
  readonly node: NodeSelector | undefined;
}

/** What is not his, or nothing, is not there: he is told of no error. §4.7 */
export function select(
  uris: readonly string[],
  user: User,
  { root, usages }: { readonly root: string; readonly usages: readonly Usage[] },
): readonly Selected[] {
  return [...new Set(uris)].flatMap((sel) => {
    const path = sel.startsWith(root) ? sel.slice(root.length) : sel;
    return path.endsWith("/") && !path.includes("~~")
      ? collections(sel, path.slice(0, -1), user, usages)
      : resources(sel, path, user, usages);
  });
}

function resources(
  sel: string,
  path: string,
  user: User,
  usages: readonly Usage[],
): readonly Selected[] {
  const read = parseXcapTarget(path);
  if (!read.ok) return [];
  const { auid, xui, document: name, node: target } = read.value;
  const usage = usages.find((one) => one.auid === auid);
  if (usage === undefined || xui === undefined || !isXuiOf(xui, user)) return [];
  if (target === undefined) return [{ sel, usage, name, node: undefined }];
  const node = parseNodeSelector(target, usage.namespace);
  if (!node.ok || node.value.terminal.kind === "namespaces") return [];
  return [{ sel, usage, name, node: node.value }];
}

/** `AUID/`, `AUID/users/` and `AUID/users/XUI/`: of all that is in them, what is his. */
function collections(
  sel: string,
  path: string,
  user: User,
  usages: readonly Usage[],
): readonly Selected[] {
  const [auid, tree = "users", xui, ...rest] = path.split("/");
  const usage = usages.find((one) => one.auid === auid);
  const own = xui === undefined || isXuiOf(decoded(xui), user);
  if (usage === undefined || tree !== "users" || !own || rest.length > 0) return [];
  return [{ sel, usage, name: undefined, node: undefined }];
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return ""; // nobody is called so
  }
}
