/** What URLs of ours begin with: as the operator says, or the address of the listener. */
import type { ServerConfig } from "./config.ts";

export class PublicUrl {
  readonly #configured: string | undefined;
  #opened: string;

  constructor({ domain, files }: Pick<ServerConfig, "domain" | "files">) {
    this.#configured = files?.publicUrl;
    this.#opened = `https://${domain}`;
  }

  /** Without a slash at its end. */
  get text(): string {
    return this.#configured ?? this.#opened;
  }

  listens(url: string): void {
    this.#opened = url.replace(/\/$/, "");
  }
}
