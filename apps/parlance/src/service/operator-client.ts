/** The other end of the operator API, for commands beside a running server. */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { CommandError } from "../command-error.ts";
import { type KnownService, knownServices } from "./known-services.ts";

export interface OperatorOptions {
  /** Without it ./data, or that of the server that runs here. */
  readonly data?: string;
  readonly admin?: string;
  readonly tokenFile?: string;
}

/** The admin listener of `npm start`. */
export const LOCAL_OPERATOR = "http://127.0.0.1:8081";
const LOCAL_DATA = "./data";
const TOKEN = "operator.token";

export class OperatorClient {
  readonly #url: string;
  readonly #token: string;

  /** Throws CommandError when it does not know the token. */
  constructor(options: OperatorOptions) {
    const { admin, tokenFile } = whereIs(options, knownServices());
    this.#url = admin.replace(/\/$/, "");
    try {
      this.#token = readFileSync(tokenFile, "utf8").trim();
    } catch {
      throw new CommandError(
        `cannot read ${tokenFile}: name the data folder of the server with --data, or a file with its token with --token-file`,
      );
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

interface Where {
  readonly admin: string;
  readonly tokenFile: string;
}

/** What was said, then what lies in ./data, then what runs here. */
export function whereIs(
  { data, admin, tokenFile }: OperatorOptions,
  running: readonly KnownService[],
): Where {
  const url = admin ?? LOCAL_OPERATOR;
  if (tokenFile !== undefined) return { admin: url, tokenFile };
  if (data !== undefined) {
    const there = running.find((one) => one.data === resolve(data));
    return { admin: admin ?? there?.admin ?? url, tokenFile: resolve(data, TOKEN) };
  }
  const usual = resolve(LOCAL_DATA, TOKEN);
  const found = running.filter((one) => admin === undefined || one.admin === admin);
  const beside = found.find((one) => join(one.data, TOKEN) === usual);
  if (beside !== undefined) return { admin: beside.admin, tokenFile: usual };
  if (existsSync(usual)) {
    // Its token is shown to no other server.
    const other = running.find((one) => one.admin === url);
    if (other === undefined) return { admin: url, tokenFile: usual };
    throw new CommandError(
      `the server of ${LOCAL_DATA} does not run; at ${url} is another one: --data ${other.data}`,
    );
  }
  const [only, another] = found;
  if (only === undefined) return { admin: url, tokenFile: usual };
  if (another !== undefined) {
    const all = found.map((one) => `--data ${one.data}`).join(", ");
    throw new CommandError(`more than one server runs here: say which one (${all})`);
  }
  return { admin: only.admin, tokenFile: join(only.data, TOKEN) };
}
