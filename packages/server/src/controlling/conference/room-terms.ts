/** What the room of a session is called, what it takes, and how it is told. Clauses 7.1, 8.1 */
import { addressKey, type Uri } from "@parlance/sip";
import { keyOf } from "../../address-key.ts";
import type { MediaRoom, RoomRules } from "../../ports/index.ts";
import type { Group } from "../model.ts";
import type { ConferenceOptions } from "./ports.ts";
import { type RoomMedia, type TakenMedia, wrappedTypesOf } from "./room-media.ts";
import { roomRulesOf } from "./room-rules.ts";

export interface TermsOf {
  /** Address key of the session identity. */
  readonly identity: string;
  /** As its document says now. */
  readonly group: Group | undefined;
}

export class RoomTerms {
  readonly #of: TermsOf;
  readonly #options: Pick<ConferenceOptions, "limits" | "log">;
  /** What clients call it who know it by our address alone. */
  readonly #contacts = new Set<string>();
  /** Types in the descriptions of those who were invited. IM-7.2.1.3-09b-i */
  #taken: readonly string[] = [];

  constructor(of: TermsOf, options: Pick<ConferenceOptions, "limits" | "log">) {
    this.#of = of;
    this.#options = options;
  }

  /** In From and To of the user plane: the group, or the session. IM-7.1.3.2.1-02 */
  get name(): string {
    return this.#of.group?.identity ?? this.#of.identity;
  }

  get media(): RoomMedia {
    const { limits, log } = this.#options;
    const types = this.#taken.length > 0 ? this.#taken : ["*"];
    const catchUp = log.messages > 0;
    return { types, maxBytes: limits.messageBytes, aliases: true, privately: true, catchUp };
  }

  get rules(): RoomRules {
    const { limits, log } = this.#options;
    const names = [...new Set([this.name, this.#of.identity, ...this.#contacts])];
    const { group } = this.#of;
    return roomRulesOf({ name: this.name, group, names, maxBytes: limits.messageBytes, log });
  }

  /** One more description of what is taken here. IM-7.2.1.3-09b-i, IM-7.2.1.4-08a-i */
  takes(media: TakenMedia): void {
    this.#taken = [...new Set([...this.#taken, ...wrappedTypesOf(media)])];
  }

  /** It may be named by this as well in To. IM-7.1.3.2.1-02 */
  alsoKnownBy(contact: Uri, room: Pick<MediaRoom, "update">): void {
    const name = addressKey(contact);
    if (this.#contacts.has(name)) return;
    this.#contacts.add(name);
    room.update(this.rules);
  }

  /** Does that URI mean it? */
  isNamed(uri: string): boolean {
    const key = keyOf(uri);
    return key === this.#of.identity || key === this.name || this.#contacts.has(key);
  }
}
