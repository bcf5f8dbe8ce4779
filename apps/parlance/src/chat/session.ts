/** The chat between a client and whatever shows it. */
import type {
  ConnectionState,
  FileRecord,
  HistoryEntry,
  ImClient,
  IncomingMessage,
  SentMessage,
} from "@parlance/client";
import { explainFailure } from "../failure.ts";
import { formatFile } from "../files/file-view.ts";
import { plain, plainLine } from "../terminal/plain.ts";
import { HELP, readTyped, type Typed } from "./commands.ts";
import { ChatFiles, type ChatFilesPorts, type ShownFile } from "./files.ts";
import { ChatGroups } from "./groups.ts";
import { ChatHistory } from "./history.ts";
import {
  type ChatEvent,
  type ChatLine,
  type ChatModel,
  conversationName,
  emptyChat,
  shortName,
  stepChat,
} from "./model.ts";
import { ChatOwned } from "./owned.ts";
import { readPeers } from "./peers.ts";
import { obeyRecord } from "./recording.ts";
import { reasonOf, textOf, troubleOf, viewOf } from "./shown-words.ts";
import { ChatTitles } from "./titles.ts";

export type Watcher = (model: ChatModel) => void;

const RECALLED_LINES = 20;

export class ChatSession {
  readonly #client: ImClient;
  readonly #files: ChatFiles;
  readonly #groups: ChatGroups;
  readonly #history: ChatHistory;
  readonly #owned: ChatOwned;
  readonly #titles: ChatTitles;
  readonly #watchers = new Set<Watcher>();
  #model: ChatModel;
  #notices = 0;
  /** Messages that have come and are not shown yet. */
  #late = 0;
  /** All of them are shown. */
  #arriving: Promise<void> | undefined;

  constructor(client: ImClient, peer: string | undefined, via: ChatFilesPorts["via"] = "auto") {
    this.#client = client;
    this.#files = new ChatFiles({
      client,
      via,
      show: (id, file) => this.#showFile(id, file),
      notice: (text) => this.#notice(text),
    });
    this.#model = emptyChat(client.address, readPeers(peer ?? "", client.address));
    const title = (address: string, text: string): void =>
      this.#step({ do: "title", address, title: plainLine(text) });
    this.#titles = new ChatTitles({ client, title });
    this.#groups = new ChatGroups({
      client,
      notice: (text) => this.#notice(text),
      turnTo: (address) => this.#step({ do: "to", to: address === undefined ? [] : [address] }),
      current: () => this.#partner,
      status: (address, text) => this.#step({ do: "group", address, text }),
      title,
      sent: (message, room, to) => this.#sent(message, room, `(to ${to}) `),
    });
    this.#history = new ChatHistory({
      client,
      notice: (text) => this.#notice(text),
      current: () => this.#partner,
    });
    this.#owned = new ChatOwned(client, (text) => this.#notice(text));
    client.on("composing", ({ from, conversation, active }) => {
      const who = conversation === from ? from : this.#groups.nameOf(conversation, from);
      this.#step({ do: "composing", from: who, active });
    });
    client.on("connection", (state) => this.#connection(state));
    client.on("session", ({ peer: with_, state }) =>
      this.#step({ do: "session", peer: with_, session: state }),
    );
    client.on("error", (error) => this.#notice(explainFailure(error)));
  }

  get model(): ChatModel {
    return this.#model;
  }

  /** The only one that lines go to. */
  get #partner(): string | undefined {
    return this.#model.to.length === 1 ? this.#model.to[0] : undefined;
  }

  /** Own lines that the server does not have yet. */
  get unsent(): number {
    return this.#model.lines.filter(({ state }) => state === "queued" || state === "sent").length;
  }

  /** Own files that have not arrived: nothing of them is kept for the next time. */
  get unsentFiles(): number {
    return this.#files.unsent;
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
      to.length === 0
        ? "/to NAME begins a conversation"
        : `Lines go to ${conversationName(to, this.#model)}`;
    this.#notice(`You are ${shortName(self, self)}. ${whom}; /help lists the commands.`);
    this.#client.on("message", (message) => this.#arrived(message));
    this.#client.on("file", (file) => this.#files.offered(file));
  }

  /** Gives up the newest file that is on its way; false when there is none. */
  cancelFile(): boolean {
    return this.#files.cancel(undefined);
  }

  keystroke(): void {
    const [only, ...others] = this.#model.to;
    if (only !== undefined && others.length === 0) this.#client.conversation(only).composing();
  }

  /** False when the user wants to leave. */
  async typed(line: string): Promise<boolean> {
    const typed = readTyped(line, this.#client.address);
    if (typed.do !== "quit") await this.#obey(typed);
    return typed.do !== "quit";
  }

  async #obey(typed: Exclude<Typed, { do: "quit" }>): Promise<void> {
    switch (typed.do) {
      case "help":
        for (const each of HELP) this.#notice(each);
        return;
      case "list":
        return this.#list();
      case "wrong":
        return this.#notice(typed.why);
      case "to":
        this.#step({ do: "to", to: typed.to });
        if (typed.text !== "") return this.#say(typed.text);
        return this.#notice(`lines go to ${conversationName(typed.to, this.#model)}`);
      case "say":
        return this.#say(typed.text);
      case "file":
        return this.#sendFile(typed.path);
      case "accept":
        void this.#files.accept(typed.number, typed.folder); // others may be written to meanwhile
        return;
      case "decline":
        return this.#files.decline(typed.number);
      case "cancel":
        if (!this.#files.cancel(typed.number)) this.#notice("no such file is on its way");
        return;
      case "history":
        return this.#history.older(typed.lines);
      case "search":
        return this.#history.search(typed.text);
      case "block":
      case "unblock":
      case "settings":
        return this.#owned.obey(typed);
      case "record":
        return obeyRecord(typed, {
          client: this.#client,
          partner: this.#partner,
          notice: (text) => this.#notice(text),
        });
      case "nothing":
        return;
      default:
        return this.#groups.obey(typed);
    }
  }

  async #recall(peer: string): Promise<void> {
    const pages = this.#client.conversation(peer).history({ limit: RECALLED_LINES });
    const { value } = await pages.next();
    const entries = (value ?? []).toReversed();
    const announced = new Set(entries.map(announcementOf));
    const arrived = new Set(entries.filter(hasArrived).map(({ message }) => message.id));
    for (const entry of entries) {
      if ("file" in entry) this.#recallFile(entry.file, arrived);
      else if (announced.has(entry.message.id)) continue;
      else if (entry.direction === "sent") this.#sent(entry.message, peer);
      else if (entry.message.seen) this.#show(entry.message); // others come by the event
    }
  }

  /** `arrived`: messages; of a file that went by way of the server the message says whether it has. */
  #recallFile(file: FileRecord, arrived: ReadonlySet<string>): void {
    const own = file.direction === "sent file";
    const from = own ? this.#client.address : file.from;
    const place = own ? undefined : file.place;
    const delivered =
      own && arrived.has(file.messageId ?? "") ? ({ state: "delivered" } as const) : {};
    const view = { ...viewOf(file), ...delivered, own, place };
    const { conversation } = file;
    this.#showFile(`${file.direction} ${file.id}`, {
      conversation,
      from,
      at: new Date(file.at),
      view,
    });
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

  async #sendFile(path: string): Promise<void> {
    const [only, ...others] = this.#model.to;
    if (only === undefined) return this.#notice("to whom? /to NAME");
    if (others.length > 0) return this.#notice("a file goes to one address: /to NAME");
    await this.#files.send(path, only);
  }

  #showFile(id: string, { conversation, from, view, at = new Date() }: ShownFile): void {
    const { own } = view;
    const before = this.#model.lines.find((line) => line.id === id);
    const line: ChatLine = {
      id,
      kind: own ? "own" : "theirs",
      conversation,
      who: own ? "you" : plainLine(shortName(from, this.#client.address)),
      text: formatFile(view),
      at: before?.at ?? at,
      state: undefined,
      why: "",
      file: view,
    };
    this.#step({ do: "file", line });
  }

  #sent(message: SentMessage, conversation: string, before = ""): void {
    const { id, state } = message;
    const { content, at } = message.record;
    const text = plain(before + new TextDecoder().decode(content));
    const when = new Date(at);
    const reason = (): string => reasonOf(message, this.#groups.whyReadsOnly(conversation));
    const why = reason();
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
    message.on("state", (now) => this.#step({ do: "state", id, state: now, why: reason() }));
  }

  #show(message: IncomingMessage): void {
    if (message.kind === "reference" && !message.own) {
      return this.#files.offered(this.#client.fileOf(message), message.at);
    }
    const before = this.#model.to;
    this.#step({ do: "line", line: this.#lineOf(message) });
    // Whoever answers what was said to a group answers all of it.
    const { to } = this.#model;
    if (to !== before && message.conversation !== message.from) {
      this.#notice(`lines go to ${conversationName(to, this.#model)}`);
    }
  }

  /** In its turn, and with what its group is called. */
  #arrived(message: IncomingMessage): void {
    const learning = this.#titles.learn(message.conversation);
    if (this.#late === 0 && learning === undefined) return this.#take(message);
    this.#arriving = this.#inTurn(message, this.#arriving, learning);
  }

  async #inTurn(
    message: IncomingMessage,
    before: Promise<void> | undefined,
    learning: Promise<void> | undefined,
  ): Promise<void> {
    this.#late += 1;
    await before;
    await learning;
    this.#late -= 1;
    this.#take(message);
  }

  #take(message: IncomingMessage): void {
    this.#show(message);
    // What is on the screen has been seen.
    message.displayed().catch((error) => this.#notice(explainFailure(error)));
  }

  #lineOf(message: IncomingMessage): ChatLine {
    const { conversation, at, own } = message;
    return {
      id: idOf(message),
      kind: own ? "own" : "theirs",
      conversation,
      who: plainLine(this.#whoSays(message)),
      text: plain(textOf(message)),
      at,
      state: undefined,
      why: "",
    };
  }

  #whoSays({ from, fromName, conversation, anonymous, reach, own }: IncomingMessage): string {
    if (own) return "you, elsewhere";
    if (reach === "system") return this.#groups.titleOf(conversation) ?? fromName ?? "the group";
    if (reach === "direct") {
      return anonymous ? (fromName ?? "Anonymous") : shortName(from, this.#client.address);
    }
    const who = fromName ?? this.#groups.nameOf(conversation, from);
    return reach === "private" ? `${who}, to you alone` : who;
  }

  async #list(): Promise<void> {
    const found = await this.#client.conversations();
    if (found.length === 0) this.#notice("no conversations yet");
    for (const { address } of found) {
      await this.#titles.learn(address);
      this.#notice(conversationName(address.split(" "), this.#model));
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

/** The same id may come from two senders. */
function idOf({ from, id }: IncomingMessage): string {
  return `${from} ${id}`;
}

function hasArrived(entry: HistoryEntry): entry is Extract<HistoryEntry, { direction: "sent" }> {
  if (entry.direction !== "sent") return false;
  return entry.message.state === "delivered" || entry.message.state === "displayed";
}

/** The message that says where a file is: the file itself is shown. */
function announcementOf(entry: HistoryEntry): string | undefined {
  return "file" in entry ? entry.file.messageId : undefined;
}
