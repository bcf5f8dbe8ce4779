/** The operator's API, as a page asks it: by the cookie of a login, with the word that goes with every change. docs/operating.md */

/** A no of the server, or none at all. */
export class ApiFault extends Error {
  override readonly name = "ApiFault";
  /** 0: nobody answered. */
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export interface Login {
  readonly csrf: string;
}

export class OperatorApi {
  #csrf: string | undefined;
  #ended: (() => void) | undefined;

  /** The login has ended by itself. */
  onEnded(ended: () => void): void {
    this.#ended = ended;
  }

  /** Is this browser logged in already? */
  async resume(): Promise<boolean> {
    try {
      const { csrf } = await this.#ask<Partial<Login>>("GET", "/login");
      this.#csrf = csrf;
      return csrf !== undefined;
    } catch (error) {
      if (error instanceof ApiFault && error.status === 401) return false;
      throw error;
    }
  }

  async login(token: string): Promise<void> {
    const { csrf } = await this.#ask<Login>("POST", "/login", { token });
    this.#csrf = csrf;
  }

  async logout(): Promise<void> {
    await this.#ask("POST", "/logout");
    this.#csrf = undefined;
  }

  get<T>(path: string): Promise<T> {
    return this.#ask<T>("GET", path);
  }

  change<T = unknown>(
    method: "POST" | "PUT" | "PATCH" | "DELETE",
    path: string,
    body?: unknown,
  ): Promise<T> {
    return this.#ask<T>(method, path, body);
  }

  async #ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const headers = new Headers();
    if (body !== undefined) headers.set("content-type", "application/json");
    if (method !== "GET" && this.#csrf !== undefined) headers.set("x-parlance-csrf", this.#csrf);
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(`/api${path}`, { method, headers, ...sent }).catch(
      () => undefined,
    );
    if (response === undefined) throw new ApiFault(0, "unreachable", "the server does not answer");
    const told: unknown = response.status === 204 ? undefined : await json(response);
    if (response.ok) return told as T; // what the API document says of this path
    if (response.status === 401 && path !== "/login") this.#ended?.();
    throw faultOf(response.status, told);
  }
}

async function json(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return undefined;
  }
}

function faultOf(status: number, told: unknown): ApiFault {
  const { code, error } = (told ?? {}) as { code?: unknown; error?: unknown };
  const words = typeof error === "string" ? error : `the server answered ${status}`;
  return new ApiFault(status, typeof code === "string" ? code : "", words);
}

/** `path?a=1&b=2`, without what is empty. */
export function query(path: string, of: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(of).filter(([, value]) => value !== undefined && value !== "");
  const text = new URLSearchParams(given as [string, string][]).toString();
  return text === "" ? path : `${path}?${text}`;
}
