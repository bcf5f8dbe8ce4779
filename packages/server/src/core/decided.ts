/** Verdicts of functions in words, for whoever looks on. */
import type { Grounds } from "@parlance/im";
import { formatUri } from "@parlance/sip";
import type { Decision, Passage, Verdict } from "../ports/index.ts";
import { hidePushTokens } from "../push-tokens.ts";

export const ORIGINATING = "originating function";
export const TERMINATING = "terminating function";
export const AFTER_FAILURE = "terminating function, after a failure";
export const ANCHORING = "anchoring function";

const MOST_NAMED = 4;

export function decided(
  by: string,
  verdict: Verdict,
  { request, flow }: Passage,
  users: readonly string[] = [],
): Decision {
  const { why, clause = "OMA IM 8.2" } = groundsOf(verdict) ?? {};
  const said = inWords(verdict);
  return { by, said: why === undefined ? said : `${said}: ${why}`, request, flow, users, clause };
}

/** Which check it was, where that is known. */
function groundsOf(verdict: Verdict): Grounds | undefined {
  if (verdict.do === "refuse") return verdict.refusal.grounds;
  return verdict.do === "defer" ? verdict.grounds : undefined;
}

/** Somebody has this address, and the request. */
export function takenBy(owner: string, { request, flow }: Passage): Decision {
  return {
    by: owner,
    said: hidePushTokens(`takes ${request.method} ${request.uriText}`),
    request,
    flow,
  };
}

function inWords(verdict: Verdict): string {
  switch (verdict.do) {
    case "refuse":
      return `refuses: ${verdict.refusal.status} ${verdict.refusal.condition}`;
    case "pass":
      return verdict.edit === undefined ? "lets it pass" : "lets it pass, changed";
    case "forward":
      return toDevices(verdict);
    case "defer":
      return "keeps it until the user is there";
    case "answer":
      return `answers ${verdict.status}`;
    case "taken":
      return "goes between the two sides";
  }
}

function toDevices({ bindings }: Extract<Verdict, { readonly do: "forward" }>): string {
  const named = bindings.slice(0, MOST_NAMED).map(({ contact }) => formatUri(contact));
  const more = bindings.length > MOST_NAMED ? " …" : "";
  return hidePushTokens(`goes to ${named.join(", ")}${more}`);
}
