/** The live dialogs of one element, found by what a message says of them. RFC 3261 §12.2.2, RFC 3891, RFC 4538 */
import { Lookup, ownText } from "@parlance/wire";
import type { DialogReference, SipRequest, SipResponse } from "../message/index.ts";
import type { Dialog } from "./dialog.ts";
import { type DialogId, dialogKey, idOfRequest, idOfResponse } from "./id.ts";

/** Whatever lives in a dialog: a session, a subscription. */
export interface InDialog {
  readonly dialog: Dialog;
}

/** Dialogs that ended a moment ago are remembered, so that a late Replaces hears the truth: so many, and as many again. */
const MAX_ENDED = 500;

export class DialogTable<Usage extends InDialog> {
  readonly #live = new Lookup<Usage>();
  /** Two generations: taking the oldest out of one set costs more, the more it has seen. */
  #ended = new Set<string>();
  #endedBefore: ReadonlySet<string> = new Set();

  get size(): number {
    return this.#live.size;
  }

  /** Also in the place of the usage that it was before. */
  set(usage: Usage): void {
    this.#live.set(ownText(dialogKey(usage.dialog.id)), usage);
  }

  end(id: DialogId): void {
    const key = dialogKey(id);
    if (this.#live.get(key) === undefined) return;
    this.#live.delete(key);
    if (this.#ended.size >= MAX_ENDED) {
      this.#endedBefore = this.#ended;
      this.#ended = new Set();
    }
    this.#ended.add(key);
  }

  get(id: DialogId): Usage | undefined {
    return this.#live.get(dialogKey(id));
  }

  hasEnded(id: DialogId): boolean {
    const key = dialogKey(id);
    return this.#ended.has(key) || this.#endedBefore.has(key);
  }

  ofRequest(request: SipRequest): Usage | undefined {
    return this.get(idOfRequest(request));
  }

  ofResponse(response: SipResponse): Usage | undefined {
    return this.get(idOfResponse(response));
  }

  /** RFC 4538 §4: both tags have to be there. */
  ofTarget(reference: DialogReference): Usage | undefined {
    const id = referencedId(reference, "local-tag", "remote-tag");
    return id === undefined ? undefined : this.get(id);
  }

  *[Symbol.iterator](): IterableIterator<Usage> {
    yield* this.#live.values();
  }
}

/** `undefined` when a tag is missing. */
export function referencedId(
  { callId, params }: DialogReference,
  localName: string,
  remoteName: string,
): DialogId | undefined {
  const [localTag, remoteTag] = [params.get(localName), params.get(remoteName)];
  return localTag === undefined || remoteTag === undefined
    ? undefined
    : { callId, localTag, remoteTag };
}
