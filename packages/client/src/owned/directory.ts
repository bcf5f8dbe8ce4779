/** The chat rooms and groups that the user may come into, as his server lists them. OMA IM 7.2.1.3, 7.2.1.4 */
import { jsonIn, type WebAccess } from "../files/web-access.ts";
import { JsonReader } from "../history/read-json.ts";
import { askServer } from "./account-access.ts";
import type { CallOptions } from "./block-list.ts";

export interface DirectoryEntry {
  /** To be joined by. */
  readonly address: string;
  /** A room waits for its people; a group calls its members when its session begins. */
  readonly kind: "room" | "group";
  readonly name: string | undefined;
  readonly subject: string | undefined;
  /** In its list; undefined for a room, which has none. */
  readonly members: number | undefined;
  /** Who are in it now; undefined where the user may not know. */
  readonly present: number | undefined;
  /** One may come in without a name. */
  readonly anonymity: boolean;
}

export class Directory {
  readonly #access: WebAccess | undefined;

  constructor(access: WebAccess | undefined) {
    this.#access = access;
  }

  /** In the order of their addresses. Rejects with ImError: "not supported" where no server of the web is known. */
  async list({ signal }: CallOptions = {}): Promise<readonly DirectoryEntry[]> {
    const ask = { method: "GET", path: "/account/rooms", signal };
    const told = new JsonReader(await jsonIn(await askServer(this.#access, ask)));
    return told.list("rooms").map((one) => ({
      address: one.text("address"),
      kind: one.word("kind", ["room", "group"]),
      name: one.optionalText("name"),
      subject: one.optionalText("subject"),
      members: one.optionalNumber("members"),
      present: one.optionalNumber("present"),
      anonymity: one.flag("anonymity"),
    }));
  }
}
