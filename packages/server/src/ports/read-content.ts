/** Reads the body of a request that did not just come in: from the store, or made by the server. */
import type { SipRequest } from "@parlance/sip";
import type { Content } from "./content.ts";

export type ReadContent = (request: SipRequest) => Content;
