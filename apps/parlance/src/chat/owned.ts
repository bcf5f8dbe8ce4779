/** `/block`, `/unblock` and `/settings` of the chat: what the user owns at the server. */
import type { ImClient } from "@parlance/client";
import { readChanges, settingLines } from "../commands/setting-words.ts";
import { explainFailure } from "../failure.ts";
import { shortName } from "./model.ts";
import { readPeers } from "./peers.ts";

export type OwnedCommand =
  /** Nobody named: who is blocked. */
  | { readonly do: "block" | "unblock"; readonly whom: readonly string[] }
  /** None: what holds. */
  | { readonly do: "settings"; readonly changes: readonly string[] };

export function isOwnedCommand(command: string): command is OwnedCommand["do"] {
  return command === "block" || command === "unblock" || command === "settings";
}

export function readOwnedCommand(
  command: OwnedCommand["do"],
  typed: string,
  self: string,
): OwnedCommand {
  const argument = typed.trim();
  if (command !== "settings") return { do: command, whom: readPeers(argument, self) };
  return { do: command, changes: argument === "" ? [] : argument.split(/\s+/) };
}

export class ChatOwned {
  readonly #client: Pick<ImClient, "address" | "blocked" | "settings">;
  readonly #notice: (text: string) => void;

  constructor(
    client: Pick<ImClient, "address" | "blocked" | "settings">,
    notice: (text: string) => void,
  ) {
    this.#client = client;
    this.#notice = notice;
  }

  async obey(command: OwnedCommand): Promise<void> {
    try {
      if (command.do === "settings") await this.#settings(command.changes);
      else if (command.whom.length === 0) await this.#list();
      else for (const one of command.whom) await this.#change(command.do, one);
    } catch (error) {
      this.#notice(explainFailure(error));
    }
  }

  async #settings(typed: readonly string[]): Promise<void> {
    const { settings } = this.#client;
    const changes = readChanges(typed);
    if (typeof changes === "string") return this.#notice(changes);
    const holds = typed.length === 0 ? await settings.get() : await settings.set(changes);
    for (const line of settingLines(holds)) this.#notice(line);
  }

  async #list(): Promise<void> {
    const blocked = await this.#client.blocked.list();
    if (blocked.length === 0) this.#notice("nobody is blocked");
    for (const address of blocked) this.#notice(shortName(address, this.#client.address));
  }

  async #change(what: "block" | "unblock", address: string): Promise<void> {
    const name = shortName(address, this.#client.address);
    if (what === "block") {
      await this.#client.blocked.add(address);
      return this.#notice(`${name} is blocked: /unblock lets him in again`);
    }
    const was = await this.#client.blocked.remove(address);
    this.#notice(was ? `${name} is let in again` : `${name} is not blocked`);
  }
}
