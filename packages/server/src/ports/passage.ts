/** One request on its way through the server, and what a function may say about it. */

import type { Grounds, Refusal } from "@parlance/im";
import type { Flow, MessageEdit, ServerTransaction, SipRequest } from "@parlance/sip";
import type { Binding } from "./binding.ts";
import type { Content } from "./content.ts";
import type { Originator, Principal } from "./principal.ts";

export interface Passage {
  /** Cleaned of everything that its peer may not say. */
  readonly request: SipRequest;
  readonly principal: Principal;
  /** Undefined only where nobody is asserted: requests of trusted peers without identity. */
  readonly originator: Originator | undefined;
  /** Where it came in; undefined for requests that the server makes itself. */
  readonly flow: Flow | undefined;
  /** For who answers it himself; undefined for requests that the server makes itself. */
  readonly transaction: ServerTransaction | undefined;
  /** Epoch ms. */
  readonly receivedAt: number;
  readonly content: Content;
}

/** Changes to the request before it goes on, made in the one copy that is written anyway. */
export type Edit = (edit: MessageEdit) => void;

export type Verdict =
  | { readonly do: "refuse"; readonly refusal: Refusal }
  /** Nothing against it: go on to the next function. */
  | { readonly do: "pass"; readonly edit?: Edit }
  /** Send it to these contacts of the user. */
  | { readonly do: "forward"; readonly bindings: readonly Binding[]; readonly edit?: Edit }
  /** Keep it for the user; answered 202 after the commit. */
  | { readonly do: "defer"; readonly grounds?: Grounds }
  /** The function has dealt with it: answer so and go no further. */
  | { readonly do: "answer"; readonly status: number; readonly edit?: Edit }
  /** The function answers by itself, now or later. */
  | { readonly do: "taken" };
