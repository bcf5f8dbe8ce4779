/** Keeps what users send and get in pager mode, for those who have set so; nobody waits for it. OMA IM 13, IM-5.2.4-08f */
import type { Uri } from "@parlance/sip";
import type { Passage, Recording, User, UserSettings } from "../ports/index.ts";
import type { Keeper } from "./keeper.ts";
import { recordOf } from "./record.ts";

export interface RecorderPorts {
  readonly keeper: Keeper;
  readonly settings: Pick<UserSettings, "keepsHistory">;
  readonly keyOf: (uri: Uri) => string;
  /** The user has told the other side that he has seen this message of it. */
  readonly displayed: (user: User, conversation: string, messageId: string) => void;
}

export class HistoryRecorder implements Recording {
  readonly #ports: RecorderPorts;

  constructor(ports: RecorderPorts) {
    this.#ports = ports;
  }

  listensTo(user: User): boolean {
    return this.#ports.settings.keepsHistory(user, "messages"); // IM-5.2.4-08f
  }

  sent(passage: Passage, user: User): void {
    const seen = displayedIn(passage);
    if (seen === undefined) return this.#record(passage, user, "sent");
    const { displayed, keyOf } = this.#ports;
    if (this.listensTo(user)) displayed(user, keyOf(passage.request.uri), seen);
  }

  received(passage: Passage, user: User): void {
    this.#record(passage, user, "received");
  }

  #record(passage: Passage, user: User, direction: "sent" | "received"): void {
    if (!this.listensTo(user)) return;
    const { keeper, keyOf } = this.#ports;
    const record = recordOf({ passage, user, direction, keyOf });
    if (record === undefined) return;
    keeper.keep(user, record).catch((error: unknown) => keeper.lost(error));
  }
}

/** Of which message it says that it was displayed. RFC 5438 §7.2.1.2 */
function displayedIn({ content: { imdn } }: Passage): string | undefined {
  if (imdn?.ok !== true) return undefined;
  const { notification, messageId } = imdn.value;
  return notification.status === "displayed" ? messageId : undefined;
}
