/** What the server keeps of the user's conversations, asked for over HTTP. */
import { safeFileName } from "@parlance/formats";
import { concatBytes } from "@parlance/wire";
import { ImError } from "../base/errors.ts";
import type { Signal } from "../base/signal.ts";
import type { StreamLike } from "../files/fetch.ts";
import { jsonIn, type WebAccess } from "../files/web-access.ts";
import type { Reach } from "../store/client-store.ts";
import type {
  ExportFormat,
  KeptConversations,
  KeptMessage,
  KeptPage,
  KeptPageQuery,
  SearchHit,
  SearchOptions,
} from "./kept-message.ts";
import { JsonReader } from "./read-json.ts";

/** Up to where a conversation is read. */
export interface Mark {
  readonly conversation: string;
  readonly messageId: string | undefined;
}

/** What the user has removed, on whichever device. */
export interface Removal {
  readonly conversation: string;
  /** Undefined: all of the conversation. */
  readonly messageId: string | undefined;
  readonly at: Date;
}

const MOST_CONTENT = 100 * 1_048_576;
/** More the server gives nobody. */
const MOST_AT_ONCE = 200;
const USUAL_HITS = 20;
/** A page of hits may be empty although there is more: so often it is asked on. */
const MOST_ASKED = 100;

export class ServerHistory {
  readonly #access: WebAccess;

  constructor(access: WebAccess) {
    this.#access = access;
  }

  async messages({ signal, ...query }: KeptPageQuery): Promise<KeptPage> {
    const told = await this.#get("/messages", query, signal);
    return {
      messages: told.list("messages").map(messageIn),
      before: told.optionalText("before"),
      after: told.text("after"),
    };
  }

  async conversations(
    query: { readonly before?: string; readonly limit?: number },
    signal: Signal | undefined,
  ): Promise<KeptConversations> {
    const told = await this.#get("/conversations", query, signal);
    const conversations = told.list("conversations").map((one) => ({
      address: one.text("conversation"),
      kind: one.word("kind", ["user", "group", "room"]),
      name: one.optionalText("name"),
      ended: one.flag("ended"),
      unread: one.number("unread"),
      newest: messageIn(one.object("last") ?? new JsonReader(undefined)),
    }));
    return { conversations, before: told.optionalText("before") };
  }

  async search(
    q: string,
    { in: where, limit = USUAL_HITS, before, signal }: SearchOptions,
  ): Promise<readonly SearchHit[]> {
    const hits: SearchHit[] = [];
    const address = typeof where === "string" ? where : where?.address;
    let from = before;
    for (let asked = 0; asked < MOST_ASKED && hits.length < limit; asked += 1) {
      const query = {
        q,
        with: address,
        before: from,
        limit: Math.min(limit - hits.length, MOST_AT_ONCE),
      };
      const told = await this.#get("/search", query, signal);
      hits.push(...told.list("hits").map(hitIn));
      from = told.optionalText("before");
      if (from === undefined) break;
    }
    return hits;
  }

  /** The octets of one message. */
  async content(id: string, signal: Signal | undefined): Promise<Uint8Array> {
    const path = `/history/messages/${encodeURIComponent(id)}/content`;
    const { body } = await this.#access.ask({ method: "GET", path, signal });
    const pieces: Uint8Array[] = [];
    let length = 0;
    const reader = body?.getReader();
    for (let next = await reader?.read(); next?.value !== undefined; next = await reader?.read()) {
      length += next.value.length;
      if (length > MOST_CONTENT) throw new ImError("too large");
      pieces.push(next.value);
    }
    return concatBytes(...pieces);
  }

  async export(
    format: ExportFormat,
    query: { readonly with?: string | undefined },
    signal: Signal | undefined,
  ): Promise<StreamLike> {
    const path = `/history/export${queryText({ format, ...query })}`;
    const { body } = await this.#access.ask({ method: "GET", path, signal });
    if (body === null) throw new ImError("server trouble", { warning: "an export without octets" });
    return body;
  }

  /** False: it was not there. */
  async remove(path: string): Promise<boolean> {
    return this.#unlessGone(() =>
      this.#access.ask({ method: "DELETE", path: `/history/${path}`, signal: undefined }),
    );
  }

  /** By what devices know it. How many there were; other devices learn of it even when there was none. */
  async removeMessage(conversation: string, messageId: string): Promise<number> {
    const path = `/history/messages${queryText({ with: conversation, messageId })}`;
    const told = await this.#access.ask({ method: "DELETE", path, signal: undefined });
    return new JsonReader(await jsonIn(told)).number("removed");
  }

  async removals(after: string | undefined): Promise<{
    readonly removals: readonly Removal[];
    readonly after: string;
    readonly more: boolean;
  }> {
    const told = await this.#get("/removed", { after }, undefined);
    const removals = told.list("removed").map((one) => ({
      conversation: one.text("conversation"),
      messageId: one.optionalText("messageId"),
      at: one.time("time"),
    }));
    return { removals, after: told.text("after"), more: told.flag("more") };
  }

  /** False: the server has kept no such message. */
  mark(conversation: string, messageIds: readonly string[]): Promise<boolean> {
    return this.#mark({ conversation, messageIds });
  }

  /** `id`: as the server has it. */
  markUpTo(conversation: string, id: string): Promise<boolean> {
    return this.#mark({ conversation, upTo: id });
  }

  #mark(read: Readonly<Record<string, unknown>>): Promise<boolean> {
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify(read);
    const ask = { method: "PUT", path: "/history/read", headers, body, signal: undefined };
    return this.#unlessGone(() => this.#access.ask(ask));
  }

  async marks(after: string | undefined): Promise<{
    readonly marks: readonly Mark[];
    readonly after: string;
    readonly more: boolean;
  }> {
    const told = await this.#get("/read", { after }, undefined);
    const marks = told.list("read").map((one) => ({
      conversation: one.text("conversation"),
      messageId: one.optionalText("messageId"),
    }));
    return { marks, after: told.text("after"), more: told.flag("more") };
  }

  async #get(path: string, query: Query, signal: Signal | undefined): Promise<JsonReader> {
    const ask = { method: "GET", path: `/history${path}${queryText(query)}`, signal };
    return new JsonReader(await jsonIn(await this.#access.ask(ask)));
  }

  async #unlessGone(ask: () => Promise<unknown>): Promise<boolean> {
    try {
      await ask();
      return true;
    } catch (error) {
      if (error instanceof ImError && error.status === 404) return false;
      throw error;
    }
  }
}

type Query = Readonly<Record<string, string | number | undefined>>;

function queryText(query: Query): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  );
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}

function messageIn(told: JsonReader): KeptMessage {
  const file = told.object("file");
  const fileName = told.optionalText("fileName");
  return {
    ...aboutIn(told),
    text: told.optionalText("text"),
    file: file && {
      url: file.text("url"),
      name: safeFileName(file.optionalText("name")),
      type: file.optionalText("type"),
      sizeBytes: file.optionalNumber("size"),
      expiresAt: file.optionalTime("expires"),
    },
    fileName: fileName === undefined ? undefined : safeFileName(fileName),
    content: told.bytes("content"),
  };
}

function aboutIn(told: JsonReader) {
  const group = told.optionalText("group");
  const privateTo = told.optionalTexts("privateTo");
  return {
    id: told.text("id"),
    messageId: told.optionalText("messageId"),
    conversation: told.text("conversation"),
    direction: told.word("direction", ["in", "out"]),
    from: told.text("from"),
    fromName: told.optionalText("fromName"),
    to: told.text("to"),
    group,
    reach: reachIn(group, told.optionalText("mode"), privateTo),
    privateTo: privateTo ?? [],
    subject: told.optionalText("subject"),
    at: told.time("time"),
    contentType: told.text("contentType"),
    sizeBytes: told.number("size"),
    place: told.number("place"),
    cursor: told.text("cursor"),
  };
}

/** What goes to a group beside its session is for the user as one of its members. */
function reachIn(
  group: string | undefined,
  mode: string | undefined,
  privateTo: readonly string[] | undefined,
): Reach {
  if (group === undefined || mode !== "session") return "direct";
  return privateTo === undefined ? "all" : "private";
}

function hitIn(told: JsonReader): SearchHit {
  const { text: _, ...message } = messageIn(told);
  return {
    ...message,
    excerpt: told.text("excerpt"),
    cutBefore: told.flag("cutBefore"),
    cutAfter: told.flag("cutAfter"),
    matches: told
      .list("matches")
      .map((one) => ({ start: one.number("start"), length: one.number("length") })),
  };
}
