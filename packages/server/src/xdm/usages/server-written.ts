/** What the server writes of a user: what waits for him, what is kept of his conversations, and that he has read something. OMA IM XDM, OMA IM 17.5 */
import { DEFERRED_LIST_TYPE, HISTORY_LIST_TYPE } from "@parlance/formats";
import type { ServerDocuments } from "../../ports/index.ts";
import { noClaim } from "./refusals.ts";
import type { Usage } from "./usage.ts";

const HISTORY_LIST = "urn:oma:xml:im:history-list";

const HISTORY_STATE = "history-state";

export function deferredList(source: ServerDocuments): Usage {
  return omaList("deferred-list", DEFERRED_LIST_TYPE, source);
}

export function conversationHistory(source: ServerDocuments): Usage {
  return omaList("conv-history", HISTORY_LIST_TYPE, source);
}

/** Of our own: it is another after each message and each mark, so that his devices hear of it. */
export function historyState(source: ServerDocuments): Usage {
  return serverWritten(
    {
      auid: `parlance.${HISTORY_STATE}`,
      only: HISTORY_STATE,
      namespace: "urn:parlance:history-state",
    },
    "application/vnd.parlance.history-state+xml",
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
  return {
    ...called,
    type,
    extensions: [],
    source,
    forOthers: undefined,
    check: () => undefined,
    ...noClaim,
  };
}
