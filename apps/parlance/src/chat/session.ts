/** The chat between a client and whatever shows it. */
import type { ConnectionState, ImClient, IncomingMessage, SentMessage } from "@parlance/client";
import { explainFailure } from "../failure.ts";
import { plain, plainLine } from "../terminal/plain.ts";
import { HELP, readPeers, readTyped } from "./commands.ts";
import {
  type ChatEvent,
  type ChatLine,
  type ChatModel,
  emptyChat,
  shortName,
  shortNames,
  stepChat,
} from "./model.ts";

export type Watcher = (model: ChatModel) => void;

const RECALLED_LINES = 20;

export class ChatSession {
  readonly #client: ImClient;
  readonly #watchers = new Set<Watcher>();
  #model: ChatModel;
  #notices = 0;

  constructor(client: ImClient, peer: string | undefined) {
    this.#client = client;
    this.#model = emptyChat(client.address, readPeers(peer ?? "", client.address));
    client.on("composing", ({ from, active }) => this.#step({ do: "composing", from, active }));
    client.on("connection", (state) => this.#connection(state));
    client.on("error", (error) => this.#notice(explainFailure(error)));
  }

  get model(): ChatModel {
    return this.#model;
  }

  /** Own lines that the server does not have yet. */
  get unsent(): number {
    return this.#model.lines.filter(({ state }) => state === "queued" || state === "sent").length;
  }

  /** Tells of each new model; returns what ends that. */
  watch(watcher: Watcher): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Shows the last lines of an earlier run, when there is a store, and what comes in from then on. */
  async begin(): Promise<void> {
    const { to, self } = this.#model;
    const [only] = to;
    if (to.length === 1 && only !== undefined) await this.#recall(only);
    const whom =
      to.length === 0 ? "/to NAME begins a conversation" : `Lines go to ${shortNames(to, self)}`;
    this.#notice(`You are ${shortName(self, self)}. ${whom}; /help lists the commands.`);
    this.#client.on("message", (message) => this.#arrived(message));
  }

  keystroke(): void {
    const [only, ...others] = this.#model.to;
    if (only !== undefined && others.length === 0) this.#client.conversation(only).composing();
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
      case "wrong":
        this.#notice(typed.why);
        return true;
      case "to":
        this.#step({ do: "to", to: typed.to });
        if (typed.text === "")
          this.#notice(`lines go to ${shortNames(typed.to, this.#model.self)}`);
        else this.#say(typed.text);
        return true;
      case "say":
        this.#say(typed.text);
        return true;
      case "nothing":
        return true;
    }
  }

  async #recall(peer: string): Promise<void> {
    const pages = this.#client.conversation(peer).history({ limit: RECALLED_LINES });
    const { value } = await pages.next();
    for (const entry of (value ?? []).toReversed()) {
      if (entry.direction === "sent") this.#sent(entry.message, peer);
      else this.#step({ do: "line", line: this.#lineOf(entry.message) });
    }
  }

  #say(text: string): void {
    const { to } = this.#model;
    const [only] = to;
    if (only === undefined) return this.#notice("to whom? /to NAME");
    try {
      const message =
        to.length === 1 ? this.#client.conversation(only).send(text) : this.#client.send(to, text);
      this.#sent(message, to.join(" "));
    } catch (error) {
      this.#notice(explainFailure(error));
    }
  }

  #sent(message: SentMessage, conversation: string): void {
    const { id, state } = message;
    const { content, at } = message.record;
    const text = plain(new TextDecoder().decode(content));
    const when = new Date(at);
    const why = reasonOf(message);
    const line: ChatLine = {
      id,
      kind: "own",
      conversation,
      who: "you",
      text,
      at: when,
      state,
      why,
    };
    this.#step({ do: "line", line });
    message.on("state", (now) =>
      this.#step({ do: "state", id, state: now, why: reasonOf(message) }),
    );
  }

  #arrived(message: IncomingMessage): void {
    const line = this.#lineOf(message);
    // One that was recalled from the store may be new to the application too.
    if (!this.#model.lines.some(({ id }) => id === line.id)) this.#step({ do: "line", line });
    // What is on the screen has been seen.
    message.displayed().catch((error) => this.#notice(explainFailure(error)));
  }

  #lineOf(message: IncomingMessage): ChatLine {
    const { id, from, fromName, conversation, at, anonymous } = message;
    const who = anonymous ? (fromName ?? "Anonymous") : shortName(from, this.#client.address);
    return {
      id: `${from} ${id}`,
      kind: "theirs",
      conversation: anonymous && conversation === from ? from : conversation,
      who: plainLine(who),
      text: plain(textOf(message)),
      at,
      state: undefined,
      why: "",
    };
  }

  async #list(): Promise<void> {
    const found = await this.#client.conversations();
    if (found.length === 0) this.#notice("no conversations yet");
    for (const { address } of found) {
      this.#notice(shortNames(address.split(" "), this.#client.address));
    }
  }

  #connection(state: ConnectionState): void {
    const before = this.#model.trouble;
    const trouble = troubleOf(state);
    this.#step({ do: "trouble", trouble });
    if (before === "" && trouble !== "") this.#notice("connection lost");
    if (before !== "" && trouble === "") this.#notice("connected again");
  }

  #notice(text: string): void {
    this.#notices += 1;
    const line: ChatLine = {
      id: `notice ${this.#notices}`,
      kind: "notice",
      conversation: "",
      who: "",
      text: plain(text),
      at: new Date(),
      state: undefined,
      why: "",
    };
    this.#step({ do: "line", line });
  }

  #step(event: ChatEvent): void {
    this.#model = stepChat(this.#model, event);
    for (const watcher of this.#watchers) watcher(this.#model);
  }
}

function troubleOf(state: ConnectionState): string {
  switch (state.state) {
    case "online":
      return "";
    case "connecting":
      return "connecting …";
    case "reconnecting":
      return `connection lost, next try in ${Math.ceil(state.retryInMs / 1_000)} s`;
    case "offline":
      return state.error === undefined ? "offline" : `offline: ${explainFailure(state.error)}`;
  }
}

function reasonOf({ state, failure }: SentMessage): string {
  return state === "failed" && failure !== undefined ? plainLine(explainFailure(failure)) : "";
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
