/** What the server keeps of the user's conversations: `im.history`, and `im.search`. */
import { readTarget } from "../base/addresses.ts";
import { ImError } from "../base/errors.ts";
import type { Signal } from "../base/signal.ts";
import type { StreamLike } from "../files/fetch.ts";
import type { WebAccess } from "../files/web-access.ts";
import { parts } from "../parts.ts";
import type {
  ExportFormat,
  KeptConversations,
  KeptMessage,
  KeptPage,
  KeptPageQuery,
  SearchHit,
  SearchOptions,
} from "./kept-message.ts";
import type { ServerHistory } from "./server-history.ts";

/**
 * Each rejects with ImError: "not supported" where no server is known (`fileServer`), "offline", "busy" when too much
 * was asked, "not authenticated" …
 */
export class History {
  readonly #access: WebAccess | undefined;
  #server: ServerHistory | undefined;

  constructor(access: WebAccess | undefined) {
    this.#access = access;
  }

  get available(): boolean {
    return this.#access !== undefined;
  }

  /** One page of messages, of one conversation or of all. */
  async messages(query: KeptPageQuery = {}): Promise<KeptPage> {
    const { with: address, ...rest } = query;
    const server = await this.server();
    return server.messages(address === undefined ? rest : { ...rest, with: keyOf(address) });
  }

  /** The conversations of which something is kept, the one with the newest message first. */
  async conversations(
    query: { readonly before?: string; readonly limit?: number; readonly signal?: Signal } = {},
  ): Promise<KeptConversations> {
    const { signal, ...rest } = query;
    return (await this.server()).conversations(rest, signal);
  }

  async search(text: string, options: SearchOptions = {}): Promise<readonly SearchHit[]> {
    return (await this.server()).search(text, options);
  }

  /** The octets of a message, also of one that is no text. */
  async content(
    { id }: Pick<KeptMessage, "id">,
    options: { readonly signal?: Signal } = {},
  ): Promise<Uint8Array> {
    return (await this.server()).content(id, options.signal);
  }

  /** Everything, or one conversation, as one file that comes as it is made. */
  async export(
    format: ExportFormat,
    options: { readonly with?: string; readonly signal?: Signal } = {},
  ): Promise<StreamLike> {
    const address = options.with === undefined ? undefined : keyOf(options.with);
    return (await this.server()).export(format, { with: address }, options.signal);
  }

  /** From the server; devices that share the history let go of it, too. False: it was not there. */
  async remove({ id }: Pick<KeptMessage, "id">): Promise<boolean> {
    return (await this.server()).remove(`messages/${encodeURIComponent(id)}`);
  }

  /** All of it that the server has. False: there was nothing. */
  async removeConversation(address: string): Promise<boolean> {
    return (await this.server()).remove(`conversations/${encodeURIComponent(keyOf(address))}`);
  }

  /** For the rest of the client. */
  async server(): Promise<ServerHistory> {
    const access = this.#access;
    if (access === undefined)
      throw new ImError("not supported", { warning: "no server is known: set fileServer" });
    const { ServerHistory: Made } = await parts.history();
    this.#server ??= new Made(access);
    return this.#server;
  }
}

function keyOf(address: string): string {
  return readTarget(address).address;
}
