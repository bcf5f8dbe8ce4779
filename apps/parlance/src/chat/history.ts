/** `/history` and `/search` of the chat: what the server keeps, shown between the lines. */
import type { ImClient } from "@parlance/client";
import { explainFailure } from "../failure.ts";
import { hitText, keptText } from "../history/kept-text.ts";

export interface ChatHistoryPorts {
  readonly client: Pick<ImClient, "address" | "history" | "search">;
  readonly notice: (text: string) => void;
  /** The only one that lines go to. */
  readonly current: () => string | undefined;
}

const USUAL_LINES = 20;
const MOST_LINES = 200;
const HITS = 20;

export class ChatHistory {
  readonly #ports: ChatHistoryPorts;
  /** By conversation: where the next page ends; null where there is nothing more. */
  readonly #before = new Map<string, string | null>();

  constructor(ports: ChatHistoryPorts) {
    this.#ports = ports;
  }

  /** What is older than what it has shown last, so that it goes back further each time. */
  async older(lines = USUAL_LINES): Promise<void> {
    const { client, notice, current } = this.#ports;
    const address = current();
    if (address === undefined) return notice("of whom? /to NAME");
    const before = this.#before.get(address);
    if (before === null) return notice("nothing older is kept");
    await this.#tried(async () => {
      const page = await client.history.messages({
        with: address,
        limit: Math.min(lines, MOST_LINES),
        ...(before === undefined ? {} : { before }),
      });
      this.#before.set(address, page.before ?? null);
      if (page.messages.length === 0) notice("the server keeps nothing of it");
      for (const message of page.messages) notice(keptText(message, client.address));
    });
  }

  async search(text: string): Promise<void> {
    const { client, notice } = this.#ports;
    await this.#tried(async () => {
      const hits = await client.search(text, { limit: HITS });
      if (hits.length === 0) notice(`nothing is found with ${text}`);
      for (const hit of hits.toReversed()) notice(hitText(hit, client.address));
    });
  }

  async #tried(run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch (error) {
      this.#ports.notice(explainFailure(error));
    }
  }
}
