/** Does a REGISTER ask for flows that are told apart? RFC 5626 §6 */
import type { Refusal } from "@parlance/im";
import {
  Expires,
  judgeOutbound,
  type NameAddr,
  Path,
  type SipRequest,
  type SipUri,
  Supported,
} from "@parlance/sip";

const NO_OUTBOUND = { do: "ignore" } as const;

export function judgeOutboundOf(
  request: SipRequest,
  contacts: readonly NameAddr[],
): ReturnType<typeof judgeOutbound> {
  if (!contacts.some(({ params }) => params.has("reg-id"))) return NO_OUTBOUND; // as most clients
  const [edge] = request.get(Path) ?? [];
  const edgeUri: SipUri | undefined = edge?.uri.kind === "sip" ? edge.uri : undefined;
  const expires = request.get(Expires);
  return judgeOutbound({
    firstHop: request.texts("Via").length === 1 && edge === undefined,
    edge: edgeUri,
    supported: request.get(Supported)?.includes("outbound") === true,
    contacts: contacts.map((contact) => ({
      contact,
      expiresS: Number(contact.params.get("expires") ?? expires ?? 1),
    })),
  });
}

export function outboundRefusal(verdict: {
  readonly status: 400 | 439;
  readonly reason: string;
}): Refusal {
  const { status, reason } = verdict;
  return { kind: "refusal", condition: "failure", status, warning: reason, headers: [] };
}
