/** Where a relay sends a request on to, and whether it may. RFC 4976 §6.2, §6.4 */
import {
  firstUri,
  type MsrpFrame,
  type PathLines,
  pathLines,
  sessionIdOf,
} from "../frame/index.ts";
import type { Lease } from "./relay-leases.ts";

export type ForwardVerdict =
  /** With these paths, to the client over the connection that holds its lease. */
  | { readonly do: "to client"; readonly holder: string; readonly paths: PathLines }
  /** With these paths, to whoever the first URI of the To-Path names. */
  | {
      readonly do: "onward";
      readonly uri: string;
      readonly lease: Lease;
      readonly paths: PathLines;
    }
  /** Nobody has this URI, or not any more; 481 says so. */
  | { readonly do: "drop"; readonly reason: "no such lease" | "not addressed further" };

/**
 * A request is let through towards the client that obtained the URI, or from it; nobody else can use the relay
 * as a way to anywhere. `cameOver` is the connection that brought it.
 */
export function judgeForward(
  frame: MsrpFrame,
  cameOver: string,
  find: (token: string) => Lease | undefined,
): ForwardVerdict {
  const ours = firstUri(frame.toPath);
  const lease = find(sessionIdOf(ours) ?? "");
  if (lease === undefined) return { do: "drop", reason: "no such lease" };
  const paths = forwardPaths(frame);
  if (paths === undefined) return { do: "drop", reason: "not addressed further" };
  if (cameOver !== lease.holder) return { do: "to client", holder: lease.holder, paths };
  return { do: "onward", uri: firstUri(paths.toPath), lease, paths };
}

/** Our URI moves from the one path to the other; undefined where nobody comes after us. RFC 4976 §6.4.1 */
export function forwardPaths({
  toPath,
  fromPath,
}: Pick<MsrpFrame, "toPath" | "fromPath">): PathLines | undefined {
  const blank = toPath.indexOf(" ");
  if (blank === -1) return undefined;
  return pathLines(toPath.slice(blank + 1), `${toPath.slice(0, blank)} ${fromPath}`);
}
