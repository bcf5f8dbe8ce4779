/** What the server writes of a user: what waits for him, and what is kept of his conversations. OMA IM XDM, OMA IM 17.5 */
import { DEFERRED_LIST_TYPE, HISTORY_LIST_TYPE } from "@parlance/formats";
import type { ServerDocuments } from "../../ports/index.ts";
import { noClaim } from "./refusals.ts";
import type { Usage } from "./usage.ts";

const HISTORY_LIST = "urn:oma:xml:im:history-list";

export function deferredList(source: ServerDocuments): Usage {
  return serverWritten("deferred-list", DEFERRED_LIST_TYPE, source);
}

export function conversationHistory(source: ServerDocuments): Usage {
  return serverWritten("conv-history", HISTORY_LIST_TYPE, source);
}

function serverWritten(name: string, type: string, source: ServerDocuments): Usage {
  return {
    auid: `org.openmobilealliance.${name}`,
    type,
    namespace: HISTORY_LIST,
    extensions: [],
    only: name,
    source,
    check: () => undefined,
    ...noClaim,
  };
}
