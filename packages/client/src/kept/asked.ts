/** What was asked for by REFER and has not come: known by the Call-ID of the REFER, in In-Reply-To of what comes. RFC 3261 §20.21 */
import type { Entity } from "@parlance/formats";
import type { SipRequest } from "@parlance/sip";
import type { TakeInSession } from "../session/chat-session.ts";

export interface Asked {
  /** Takes it in the place of the user's messages, and says by which status it is answered. Without, it is a message as any other. */
  readonly take?: (entity: Entity) => number;
  /** It is here. */
  came(): void;
}

export class AskedFor {
  readonly #open = new Map<string, Asked>();

  add(callId: string, asked: Asked): () => void {
    this.#open.set(callId, asked);
    return () => void this.#open.delete(callId);
  }

  answeredBy(request: SipRequest): Asked | undefined {
    if (this.#open.size === 0) return undefined;
    return this.#open.get(request.text("In-Reply-To")?.trim() ?? "");
  }

  /** The same for a message that comes in a session of its own. */
  taking(request: SipRequest, take: TakeInSession): TakeInSession | undefined {
    const asked = this.answeredBy(request);
    if (asked === undefined) return undefined;
    return async (entity, of) => {
      const status = asked.take === undefined ? await take(entity, of) : asked.take(entity);
      if (status === 200) asked.came();
      return status;
    };
  }
}
