/** A request on its way; its body is read when somebody asks, and only then. */
import type { Flow, SipRequest } from "@parlance/sip";
import type { Content, Originator, Passage, Principal, ReadContent } from "../ports/index.ts";

export type Facts = Omit<Passage, "content">;

export class RequestPassage implements Passage {
  readonly request: SipRequest;
  readonly principal: Principal;
  readonly originator: Originator | undefined;
  readonly flow: Flow | undefined;
  readonly receivedAt: number;
  readonly #read: ReadContent;
  #content: Content | undefined;

  constructor({ request, principal, originator, flow, receivedAt }: Facts, read: ReadContent) {
    this.request = request;
    this.principal = principal;
    this.originator = originator;
    this.flow = flow;
    this.receivedAt = receivedAt;
    this.#read = read;
  }

  get content(): Content {
    this.#content ??= this.#read(this.request);
    return this.#content;
  }

  /** The same passage with a changed request. */
  with(request: SipRequest): RequestPassage {
    const { principal, originator, flow, receivedAt } = this;
    return new RequestPassage({ request, principal, originator, flow, receivedAt }, this.#read);
  }
}
