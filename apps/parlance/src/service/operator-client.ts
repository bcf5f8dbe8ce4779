/** The other end of the operator API, for commands beside a running server. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { CommandError } from "../command-error.ts";

export interface OperatorOptions {
  readonly data: string;
  readonly admin: string;
}

export class OperatorClient {
  readonly #url: string;
  readonly #token: string;

  constructor({ data, admin }: OperatorOptions) {
    this.#url = admin.replace(/\/$/, "");
    const file = resolve(data, "operator.token");
    try {
      this.#token = readFileSync(file, "utf8").trim();
    } catch {
      throw new CommandError(`cannot read ${file}: name the data folder of the server with --data`);
    }
  }

  /** Rejects with CommandError when the server refuses or is not there. */
  async ask(method: string, path: string, body?: unknown): Promise<Response> {
    const response = await fetch(`${this.#url}/api${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch(() => {
      throw new CommandError(`no server answers at ${this.#url}: is it running?`);
    });
    if (response.ok) return response;
    const { error } = (await response.json().catch(() => ({}))) as { error?: string }; // ours
    throw new CommandError(error ?? `the server answered ${response.status}`);
  }
}
