/** What both sides have agreed on for one m= line, seen from this one. */
import { receives, sends } from "./direction.ts";
import type { MessageMedia } from "./message-media.ts";
import { type NextHop, nextHop } from "./path.ts";
import type { Role } from "./setup.ts";

export interface AgreedMedia {
  /** As our description has it. */
  readonly local: MessageMedia;
  /** As theirs has it; what we may send is what it accepts. */
  readonly remote: MessageMedia;
  /** Who opens the connection and sends first. RFC 6135 §4.2.2 */
  readonly role: Role;
  readonly sends: boolean;
  readonly receives: boolean;
  /** Both sides look at c= and m=, and compare session ids alone. RFC 6714 §5 */
  readonly cema: boolean;
  /** Where the active side connects to, and what the passive side may hold a connection against. */
  readonly connectTo: NextHop;
}

export function agreedMedia(local: MessageMedia, remote: MessageMedia, role: Role): AgreedMedia {
  const cema = local.cema && remote.cema;
  return {
    local,
    remote,
    role,
    sends: sends(local.direction) && receives(remote.direction),
    receives: receives(local.direction) && sends(remote.direction),
    cema,
    connectTo: cema ? addressOf(remote) : nextHop(remote.path),
  };
}

/** Whether a later exchange leaves the connection as it is: then nobody opens another one. */
export function keepsConnection(before: AgreedMedia, after: AgreedMedia): boolean {
  const path = ({ local, remote }: AgreedMedia): string =>
    [local.proto, ...local.path, "", ...remote.path].join(" ");
  return path(before) === path(after);
}

/** RFC 6714 §4.2, §4.3 */
function addressOf({ address, port, path, proto }: MessageMedia): NextHop {
  const hop = nextHop(path);
  return { ...hop, host: address?.host ?? hop.host, port, secure: proto === "TCP/TLS/MSRP" };
}
