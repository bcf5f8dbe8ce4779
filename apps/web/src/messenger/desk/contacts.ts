/** Whom the user knows, and his own devices: both are kept at the server. */
import type { ContactList, ImClient } from "@parlance/client/web";
import type { Board } from "../model/board.ts";
import type { DeviceView, Slices } from "../model/views.ts";

export class Contacts {
  readonly #client: ImClient;
  readonly #board: Board<Slices>;
  #watched = false;
  #known = false;

  constructor(client: ImClient, board: Board<Slices>) {
    this.#client = client;
    this.#board = board;
  }

  /** Their names are wanted wherever they are named: read once there is a line. */
  start(): void {
    const look = (): void => {
      if (this.#known || this.#client.connection.state !== "online") return;
      this.#known = true;
      this.#client.contacts.lists().then(
        (lists) => this.#show(lists),
        () => {
          this.#known = false; // the next line is another occasion
        },
      );
    };
    this.#client.on("connection", look);
    look();
  }

  /** Reads all of them, and tells of changes from then on. */
  async load(): Promise<void> {
    if (!this.#watched) {
      this.#watched = true;
      this.#client.on("contacts", (lists) => this.#show(lists));
      this.#client.on("blocked", (now) => this.#board.put("blocked", now));
    }
    this.#show(await this.#client.contacts.lists());
  }

  async put(address: string, name: string | undefined): Promise<void> {
    const { contacts } = this.#client;
    this.#show(await contacts.add(address, name === undefined ? {} : { name }));
  }

  async rename(address: string, name: string | undefined): Promise<void> {
    this.#show(await this.#client.contacts.rename(address, name));
  }

  async remove(address: string): Promise<void> {
    this.#show(await this.#client.contacts.remove(address));
  }

  async devices(): Promise<readonly DeviceView[]> {
    const devices = await this.#client.devices.list();
    return devices.map(({ id, name, current, registeredAt, seenAt, asleep }) => ({
      id,
      name,
      current,
      registeredAt: registeredAt.getTime(),
      seenAt: seenAt.getTime(),
      asleep,
    }));
  }

  #show(lists: readonly ContactList[]): void {
    this.#board.put(
      "contacts",
      lists.flatMap(({ contacts }) => contacts),
    );
  }
}
