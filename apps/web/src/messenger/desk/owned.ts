/** What the user owns at the server: settings, whom he has shut out, his name, and what is kept of his conversations. */
import {
  type ImClient,
  ImError,
  type SearchHit,
  type ServiceSettings,
  type WaitingMessage,
} from "@parlance/client/web";
import type { Board } from "../model/board.ts";
import type { HitView, OwnGroupView, Slices, WaitingView } from "../model/views.ts";

const MOST_HITS = 30;
/** The server answers so many requests for documents at once. */
const MOST_JUDGED = 50;
const MOST_WAITING = 200;
/** Of a name, in characters: another application may have kept a longer one. */
const MOST_NAME = 64;
const PROFILE = { usage: "org.openmobilealliance.user-profile", name: "user-profile" };

export class OwnedThings {
  readonly #client: ImClient;
  readonly #board: Board<Slices>;
  readonly #waiting = new Map<string, WaitingMessage>();
  #watched = false;
  #known = false;

  constructor(client: ImClient, board: Board<Slices>) {
    this.#client = client;
    this.#board = board;
  }

  /** One name for all devices: the one that the user has `just` given here, else the one that the server keeps. */
  start(just: boolean): void {
    const look = (): void => {
      if (this.#client.connection.state !== "online" || this.#known) return;
      this.#known = true;
      this.#learn(just).catch(() => {
        this.#known = false; // the next line is another occasion
      });
    };
    this.#client.on("connection", look);
    look();
  }

  /** What has to be known to show the first conversation: whom the user has shut out, and how he is called. */
  async #learn(just: boolean): Promise<void> {
    const { profile, displayName } = this.#client;
    this.#board.put("blocked", await this.#client.blocked.list());
    if (just && displayName !== undefined) return this.setName(displayName);
    await this.#named((await profile.get()).displayName);
  }

  /** A profile without a name: the user has taken it away. Where there is no profile, the name of this device stays. */
  async #named(kept: string | undefined): Promise<void> {
    const client = this.#client;
    if (kept !== undefined) client.displayName = Array.from(kept).slice(0, MOST_NAME).join("");
    else if ((await client.documents.read(PROFILE)) !== undefined) client.displayName = undefined;
    this.#showName();
  }

  #showName(): void {
    const { displayName } = this.#client;
    this.#board.put("profile", { displayName });
    this.#board.change("account", (account) => account && { ...account, displayName });
  }

  /** Reads all of it, and tells of changes from then on. */
  async load(): Promise<void> {
    const client = this.#client;
    this.#watch();
    await Promise.all([
      client.settings.get().then((now) => this.#board.put("settings", now)),
      client.blocked.list().then((now) => this.#board.put("blocked", now)),
      client.profile.get().then(({ displayName }) => this.#named(displayName)),
    ]);
  }

  async set(changes: Partial<ServiceSettings>): Promise<void> {
    this.#board.put("settings", await this.#client.settings.set(changes));
  }

  async block(address: string, blocked: boolean): Promise<void> {
    const { blocked: list } = this.#client;
    if (blocked) await list.add(address);
    else await list.remove(address);
    this.#board.put("blocked", await list.list());
  }

  async setName(displayName: string | undefined): Promise<void> {
    await this.#client.profile.set({ displayName });
    this.#client.displayName = displayName;
    this.#showName();
  }

  async search(text: string): Promise<readonly HitView[]> {
    const hits = await this.#client.search(text, { limit: MOST_HITS });
    return hits.map((hit) => hitView(hit, this.#client.address));
  }

  /** All that the server keeps, as one file. */
  async export(format: "json" | "html" | "csv"): Promise<Blob> {
    const reader = (await this.#client.history.export(format)).getReader();
    const pieces: BlobPart[] = [];
    for (;;) {
      const { done, value } = await reader.read();
      if (done || value === undefined) break;
      pieces.push(new Uint8Array(value));
    }
    return new Blob(pieces, { type: "application/octet-stream" });
  }

  async groups(): Promise<readonly OwnGroupView[]> {
    const groups = await this.#client.groups.list();
    return groups.map(({ address, displayName, subject, members }) => ({
      address,
      name: displayName ?? subject,
      members: members.length,
    }));
  }

  /** Its members are called whenever somebody comes in. */
  keepGroup(name: string, people: readonly string[]): Promise<{ readonly address: string }> {
    return this.#client.groups.create({ displayName: name, kind: "group", members: people });
  }

  /** Of them the server refuses the profile; what it cannot tell at the moment counts as known. */
  async unknown(people: readonly string[]): Promise<readonly string[]> {
    const judged = await Promise.all(
      people.slice(0, MOST_JUDGED).map(async (one) => {
        return (await this.#client.profile.of(one).then(() => false, isRefused)) ? [one] : [];
      }),
    );
    return judged.flat();
  }

  async deleteGroup(address: string): Promise<void> {
    await this.#client.groups.delete(address);
  }

  /** Where the user wants nothing pushed: it waits for a word of his, and he is to know. */
  async countWaiting(): Promise<void> {
    const { pushDeferred } = await this.#client.settings.get();
    if (pushDeferred) this.#board.put("waiting", 0);
    else await this.waiting();
  }

  async waiting(): Promise<readonly WaitingView[]> {
    const found: WaitingView[] = [];
    this.#waiting.clear();
    for await (const one of this.#client.deferred()) {
      const { id, from, time, size, subject } = one;
      this.#waiting.set(id, one);
      found.push({ id, from, at: time?.getTime(), sizeBytes: size, subject });
      if (found.length >= MOST_WAITING) break;
    }
    this.#board.put("waiting", found.length);
    return found;
  }

  async settleWaiting(id: string, bring: boolean): Promise<void> {
    const one = this.#waiting.get(id);
    if (bring) await one?.fetch();
    else await one?.remove();
  }

  #watch(): void {
    if (this.#watched) return;
    this.#watched = true;
    this.#client.on("settings", (now) => this.#board.put("settings", now));
    this.#client.on("blocked", (now) => this.#board.put("blocked", now));
    this.#client.on("profile", ({ displayName }) => {
      this.#named(displayName).catch(() => {}); // asked again with the next line
    });
  }
}

function isRefused(error: unknown): boolean {
  return error instanceof ImError && error.code === "refused";
}

function hitView(hit: SearchHit, self: string): HitView {
  const { id, conversation, direction, from, fromName, at, excerpt, cutBefore, cutAfter } = hit;
  return {
    id,
    conversation,
    own: direction === "out",
    from: direction === "out" ? self : from,
    fromName,
    at: at.getTime(),
    excerpt: `${cutBefore ? "…" : ""}${excerpt}${cutAfter ? "…" : ""}`,
  };
}
