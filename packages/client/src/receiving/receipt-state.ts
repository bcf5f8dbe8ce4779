/** What a receipt tells of the message that it is about. RFC 5438 §11 */
import type { Imdn } from "@parlance/formats";
import type { SendingState } from "../store/client-store.ts";

/** Undefined: nothing new. */
export function stateOf({ notification }: Imdn): SendingState | undefined {
  const { kind, status } = notification;
  switch (status) {
    case "delivered":
    case "displayed":
    case "failed":
      return status;
    case "stored":
      return "deferred";
    case "declined":
      return "failed";
    case "error":
    case "forbidden":
      return kind === "delivery" ? "failed" : undefined;
    case "processed":
      return undefined;
  }
}
