/** The chat between a client and whatever shows it. */
import type { ImClient, IncomingMessage, SentMessage } from "@parlance/client";
import { plain } from "../commands/receive.ts";
import { explainFailure } from "../failure.ts";
import {
  type ChatEvent,
  type ChatLine,
  type ChatModel,
  emptyChat,
  fullAddress,
  HELP,
  readTyped,
  shortName,
  stepChat,
} from "./model.ts";

export class ChatSession {
  readonly #client: ImClient;
  readonly #changed: (model: ChatModel) => void;
  #model: ChatModel;
  #notices = 0;

  constructor(client: ImClient, peer: string | undefined, changed: (model: ChatModel) => void) {
    this.#client = client;
    this.#changed = changed;
    this.#model = emptyChat(client.address, peer && fullAddress(peer, client.address));
    client.on("message", (message) => this.#arrived(message));
    client.on("composing", ({ from, active }) => this.#step({ do: "composing", from, active }));
    client.on("connection", (state) => {
      const wait =
        state.state === "reconnecting" ? `, next try in ${state.retryInMs / 1000} s` : "";
      this.#step({ do: "connection", connection: `${state.state}${wait}` });
    });
    client.on("error", (error) => this.#notice(explainFailure(error)));
  }

  get model(): ChatModel {
    return this.#model;
  }

  /** The last lines of an earlier run, when there is a store. */
  async recall(): Promise<void> {
    const { peer } = this.#model;
    if (peer === undefined) return;
    for await (const page of this.#client.conversation(peer).history({ limit: 20 })) {
      for (const entry of page.toReversed()) {
        if (entry.direction === "sent") this.#sent(entry.message, peer);
        else this.#step({ do: "line", line: this.#lineOf(entry.message) });
      }
      return;
    }
  }

  keystroke(): void {
    const { peer } = this.#model;
    if (peer !== undefined && !peer.includes(",")) this.#client.conversation(peer).composing();
  }

  /** False when the user wants to leave. */
  async typed(line: string): Promise<boolean> {
    const typed = readTyped(line, this.#client.address);
    switch (typed.do) {
      case "quit":
        return false;
      case "help":
        for (const each of HELP) this.#notice(each);
        return true;
      case "list":
        await this.#list();
        return true;
      case "unknown":
        this.#notice(`no such command: ${typed.command}; /help lists them`);
        return true;
      case "to":
        this.#step({ do: "peer", peer: typed.address });
        if (typed.text !== "") this.#say(typed.text);
        return true;
      case "say":
        this.#say(typed.text);
        return true;
      case "nothing":
        return true;
    }
  }

  #say(text: string): void {
    const { peer } = this.#model;
    if (peer === undefined) return this.#notice("to whom? /to NAME");
    try {
      const { address } = this.#client;
      const to = peer.split(",").map((each) => fullAddress(each.trim(), address));
      const [only = ""] = to;
      const message =
        to.length === 1 ? this.#client.conversation(only).send(text) : this.#client.send(to, text);
      this.#sent(message, peer);
    } catch (error) {
      this.#notice(explainFailure(error));
    }
  }

  #sent(message: SentMessage, conversation: string): void {
    const { id, state } = message;
    const { content, at } = message.record;
    const text = plain(new TextDecoder().decode(content));
    const line: ChatLine = {
      id,
      kind: "own",
      conversation,
      who: "you",
      text,
      at: new Date(at),
      state,
    };
    this.#step({ do: "line", line });
    message.on("state", (now) => {
      const why = message.failure === undefined ? "" : explainFailure(message.failure);
      this.#step({ do: "state", id, state: now, why });
    });
  }

  #arrived(message: IncomingMessage): void {
    this.#step({ do: "line", line: this.#lineOf(message) });
    // What is on the screen has been seen.
    message.displayed().catch((error) => this.#notice(explainFailure(error)));
  }

  #lineOf(message: IncomingMessage): ChatLine {
    const { id, from, fromName, conversation, at } = message;
    const who = message.anonymous
      ? (fromName ?? "Anonymous")
      : shortName(from, this.#client.address);
    const group =
      conversation === from ? "" : ` in ${shortName(conversation, this.#client.address)}`;
    return {
      id,
      kind: "theirs",
      conversation,
      who: `${plain(who)}${group}`,
      text: plain(textOf(message)),
      at,
      state: undefined,
    };
  }

  async #list(): Promise<void> {
    const found = await this.#client.conversations();
    if (found.length === 0) this.#notice("no conversations yet");
    for (const { address } of found) this.#notice(shortName(address, this.#client.address));
  }

  #notice(text: string): void {
    this.#notices += 1;
    this.#step({
      do: "line",
      line: {
        id: `notice ${this.#notices}`,
        kind: "notice",
        conversation: "",
        who: "",
        text,
        at: new Date(),
        state: undefined,
      },
    });
  }

  #step(event: ChatEvent): void {
    this.#model = stepChat(this.#model, event);
    this.#changed(this.#model);
  }
}

function textOf(message: IncomingMessage): string {
  switch (message.kind) {
    case "text":
      return message.text;
    case "reference":
      return `file: ${message.url}`;
    case "other":
      return `(${message.contentType}, ${message.content.length} bytes)`;
  }
}
