/** Who hears of what comes in before a stack is there: nobody may listen by then. */
import type { FlowEvents } from "@parlance/sip";

export const NOBODY: FlowEvents = {
  message: notAttached,
  fault: notAttached,
  closed: notAttached,
};

function notAttached(): never {
  throw new Error("attach the stack to its transports first");
}
