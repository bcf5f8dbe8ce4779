/** Who comes in to the operator's API: by the token as Bearer, or by a cookie that was given for it. Security rules 33, 36 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { DOOR_DENIALS, type DoorDenial } from "./operator-denials.ts";
import { type OperatorLogin, OperatorLogins, sameSecret } from "./operator-logins.ts";
import type { OperatorToken } from "./operator-token.ts";

/** Who asks, as the audit log knows him. */
export type OperatorOf = (request: FastifyRequest) => string;

export interface OperatorDoorOptions {
  readonly token: OperatorToken;
  /** The listener speaks TLS. */
  readonly secure: boolean;
  /** Nobody but this machine reaches it. */
  readonly loopback: boolean;
  /** Somebody without the token was here. */
  readonly denied?: ((source: string) => void) | undefined;
  /** Somebody has logged in or out; it is answered when this resolves. */
  readonly logged?:
    | ((action: "operator logged in" | "operator logged out") => Promise<void>)
    | undefined;
  readonly now?: () => number;
}

const CSRF = "x-parlance-csrf";
const READS: ReadonlySet<string> = new Set(["GET", "HEAD"]);

interface Entered {
  readonly by: "token" | "login";
  readonly id?: string;
  readonly login?: OperatorLogin;
}

export class OperatorDoor {
  readonly #options: OperatorDoorOptions;
  readonly #logins = new OperatorLogins();
  readonly #entered = new WeakMap<FastifyRequest, Entered>();

  constructor(options: OperatorDoorOptions) {
    this.#options = options;
  }

  readonly operatorOf: OperatorOf = (request) =>
    this.#entered.get(request)?.by === "login" ? "operator in a browser" : "operator";

  /** For `onRequest`: answers whoever may not come in. */
  readonly admit = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const entered = this.#judge(request, reply);
    if (typeof entered === "string") await this.#deny(request, reply, entered);
    else this.#entered.set(request, entered);
  };

  /** The way in, for those who are not in yet. */
  login(app: FastifyInstance): void {
    app.removeContentTypeParser("text/plain"); // what a form of another site can send
    app.post("/login", async (request, reply) => {
      const { secure, loopback, token, logged } = this.#options;
      if (isForeign(request)) return this.#deny(request, reply, "another site");
      if (!secure && !loopback) return this.#deny(request, reply, "needs tls");
      if (!token.is(tokenIn(request.body))) {
        return this.#deny(request, reply, this.#guessed(request, reply));
      }
      const { id, csrf, expiresAt } = this.#logins.begin(this.#now());
      await logged?.("operator logged in");
      void reply.header(
        "set-cookie",
        this.#cookie(id, Math.floor((expiresAt - this.#now()) / 1_000)),
      );
      return { csrf, expiresAt };
    });
  }

  /** What those who are in can ask about that. */
  standing(app: FastifyInstance): void {
    app.get("/login", (request) => {
      const { by, login } = this.#entered.get(request) ?? { by: "token" };
      return { by, csrf: login?.csrf, expiresAt: login?.expiresAt };
    });
    app.post("/logout", async (request, reply) => {
      const { id } = this.#entered.get(request) ?? {};
      if (id !== undefined) {
        this.#logins.end(id);
        await this.#options.logged?.("operator logged out");
      }
      return reply.code(204).header("set-cookie", this.#cookie("", 0)).send();
    });
  }

  #judge(request: FastifyRequest, reply: FastifyReply): Entered | DoorDenial {
    const { token } = this.#options;
    const { authorization, cookie } = request.headers;
    if (authorization !== undefined) {
      if (token.admits(authorization)) return { by: "token" };
      return /^bearer +\S/i.test(authorization) ? this.#guessed(request, reply) : "not logged in";
    }
    const id = cookieIn(cookie, this.#cookieName);
    const login = id === undefined ? undefined : this.#logins.find(id, this.#now());
    if (id === undefined || login === undefined) return "not logged in";
    if (!READS.has(request.method)) {
      if (request.headers.origin === undefined || isForeign(request)) return "another site";
      const shown = request.headers[CSRF];
      if (typeof shown !== "string" || !sameSecret(shown, login.csrf)) return "no csrf token";
    }
    return { by: "login", id, login };
  }

  #guessed(request: FastifyRequest, reply: FastifyReply): DoorDenial {
    const waitSeconds = this.#logins.guessed(request.ip, this.#now());
    if (waitSeconds === 0) return "wrong token";
    void reply.header("retry-after", String(waitSeconds));
    return "too many tries";
  }

  #deny(request: FastifyRequest, reply: FastifyReply, code: DoorDenial): FastifyReply {
    const [status, error] = DOOR_DENIALS[code];
    this.#options.denied?.(request.ip);
    if (status === 401) void reply.header("www-authenticate", "Bearer");
    return reply.code(status).send({ code, error });
  }

  #now(): number {
    return (this.#options.now ?? Date.now)();
  }

  get #cookieName(): string {
    return this.#options.secure ? "__Host-parlance-operator" : "parlance-operator";
  }

  #cookie(id: string, seconds: number): string {
    const secure = this.#options.secure ? "; Secure" : "";
    return `${this.#cookieName}=${id}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${seconds}${secure}`;
  }
}

/** A page of another site made the browser ask: it says so, and pages cannot help it. RFC 6454 §7 */
function isForeign(request: FastifyRequest): boolean {
  const { origin } = request.headers;
  return origin !== undefined && origin !== `${request.protocol}://${request.headers.host}`;
}

function tokenIn(body: unknown): string {
  if (typeof body !== "object" || body === null || !("token" in body)) return "";
  return typeof body.token === "string" ? body.token.trim() : "";
}

/** RFC 6265 §5.4 */
function cookieIn(header: string | undefined, name: string): string | undefined {
  const found = header?.split(";").find((pair) => pair.trim().startsWith(`${name}=`));
  return found?.slice(found.indexOf("=") + 1).trim();
}
