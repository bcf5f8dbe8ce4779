/** The devices of the user that are registered, and the end of one of them. RFC 3261 §10.3, RFC 5626 §4.1 */
import { jsonIn, type WebAccess } from "../files/web-access.ts";
import { JsonReader } from "../history/read-json.ts";
import { askServer } from "./account-access.ts";
import type { CallOptions } from "./block-list.ts";

export interface OwnDevice {
  /** By which the server knows it. */
  readonly id: string;
  /** What it calls itself: see `deviceName` of `connect`. */
  readonly name: string | undefined;
  /** It is this one. */
  readonly current: boolean;
  readonly registeredAt: Date;
  /** When it last said that it is there. */
  readonly seenAt: Date;
  readonly expiresAt: Date;
  /** It has no connection, and is woken for what comes. */
  readonly asleep: boolean;
}

export class Devices {
  readonly #access: WebAccess | undefined;
  readonly #instance: string;

  constructor(access: WebAccess | undefined, instance: string) {
    this.#access = access;
    this.#instance = instance;
  }

  /** The one seen last comes first. Rejects with ImError, as `signOut` does. */
  async list({ signal }: CallOptions = {}): Promise<readonly OwnDevice[]> {
    const ask = { method: "GET", path: "/account/devices", signal };
    const told = new JsonReader(await jsonIn(await askServer(this.#access, ask)));
    return told.list("devices").map((one) => ({
      id: one.text("id"),
      name: one.optionalText("name"),
      current: one.optionalText("instance") === this.#instance,
      registeredAt: one.time("registered"),
      seenAt: one.time("seen"),
      expiresAt: one.time("expires"),
      asleep: one.flag("asleep"),
    }));
  }

  /**
   * Its connection ends, and it is not let in again as the device that it was: it hears "signed out", and a person has
   * to sign in there. Who knows the password still can; only another password keeps him out.
   */
  async signOut({ id }: Pick<OwnDevice, "id">, { signal }: CallOptions = {}): Promise<void> {
    const path = `/account/devices/${encodeURIComponent(id)}`;
    await askServer(this.#access, { method: "DELETE", path, signal });
  }
}
