/** A request on its way; its body is read when somebody asks, and only then. */
import type { Flow, ServerTransaction, SipRequest } from "@parlance/sip";
import type { Content, Edit, Originator, Passage, Principal, ReadContent } from "../ports/index.ts";

export type Facts = Omit<Passage, "content">;

export class RequestPassage implements Passage {
  readonly request: SipRequest;
  readonly principal: Principal;
  readonly originator: Originator | undefined;
  readonly flow: Flow | undefined;
  readonly transaction: ServerTransaction | undefined;
  readonly receivedAt: number;
  readonly #read: ReadContent;
  #content: Content | undefined;

  constructor(facts: Facts, read: ReadContent) {
    this.request = facts.request;
    this.principal = facts.principal;
    this.originator = facts.originator;
    this.flow = facts.flow;
    this.transaction = facts.transaction;
    this.receivedAt = facts.receivedAt;
    this.#read = read;
  }

  get content(): Content {
    this.#content ??= this.#read(this.request);
    return this.#content;
  }

  /** The same passage with a changed request. */
  with(request: SipRequest): RequestPassage {
    const { principal, originator, flow, transaction, receivedAt } = this;
    const facts = { request, principal, originator, flow, transaction, receivedAt };
    return new RequestPassage(facts, this.#read);
  }

  /** A request that the server sends in the place of this one, for the same originator. */
  fromServer(request: SipRequest): RequestPassage {
    const { originator, receivedAt } = this;
    const principal: Principal = { kind: "server", onBehalfOf: originator?.address };
    return new RequestPassage(
      { request, principal, originator, flow: undefined, transaction: undefined, receivedAt },
      this.#read,
    );
  }
}

/** The request with the changes that a function wants; the very same passage when it wants none. */
export function edited(passage: Passage, edit: Edit | undefined): Passage {
  if (edit === undefined || !(passage instanceof RequestPassage)) return passage;
  const changed = passage.request.edit();
  edit(changed);
  return passage.with(changed.done());
}
