/** Who has which address here, whatever connection is spoken over. RFC 4975 §7.3 */
import { Lookup } from "@parlance/wire";
import { firstUri, sessionIdOf } from "../frame/index.ts";
import type { LineTarget } from "./line.ts";

/**
 * By session id alone: hosts are rewritten on the way, and an id cannot be guessed. RFC 6714 §5 A To-Path of
 * several URIs is for a relay, and finds nobody here but the relay that has handed out its first. RFC 4976 §6.2
 */
export class SessionDirectory {
  readonly #targets = new Lookup<LineTarget>();

  /** Throws `RangeError` when the id is taken: it comes from a random source, or from a mistake. */
  add(sessionId: string, target: LineTarget): void {
    if (this.#targets.get(sessionId) !== undefined) throw new RangeError("session id is taken");
    this.#targets.set(sessionId, target);
  }

  remove(sessionId: string): void {
    this.#targets.delete(sessionId);
  }

  find(toPath: string): LineTarget | undefined {
    const sessionId = sessionIdOf(firstUri(toPath));
    return sessionId === undefined ? undefined : this.#targets.get(sessionId);
  }
}
