/** What the server writes of a user: what waits for him, what is kept of his conversations, and that he has read. OMA IM XDM, OMA IM 17.5 */
import { DEFERRED_LIST_TYPE, HISTORY_LIST_TYPE } from "@parlance/formats";
import type { ServerDocuments } from "../../ports/index.ts";
import { noClaim } from "./refusals.ts";
import type { Usage } from "./usage.ts";

const HISTORY_LIST = "urn:oma:xml:im:history-list";

export function deferredList(source: ServerDocuments): Usage {
  return omaList("deferred-list", DEFERRED_LIST_TYPE, source);
}

export function conversationHistory(source: ServerDocuments): Usage {
  return omaList("conv-history", HISTORY_LIST_TYPE, source);
}

/** Of our own: it is another after each mark that a device sets, so that the others hear of it. */
export function readState(source: ServerDocuments): Usage {
  return serverWritten(
    { auid: "parlance.read-state", only: "read-state", namespace: "urn:parlance:read-state" },
    "application/vnd.parlance.read-state+xml",
    source,
  );
}

function omaList(name: string, type: string, source: ServerDocuments): Usage {
  const auid = `org.openmobilealliance.${name}`;
  return serverWritten({ auid, only: name, namespace: HISTORY_LIST }, type, source);
}

function serverWritten(
  called: Pick<Usage, "auid" | "only" | "namespace">,
  type: string,
  source: ServerDocuments,
): Usage {
  return { ...called, type, extensions: [], source, check: () => undefined, ...noClaim };
}
