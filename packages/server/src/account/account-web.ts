/** What a user asks about his own account over HTTP, below `/account`. */
import type { LimitWatch, User, WebLogin } from "../ports/index.ts";
import {
  emptyAnswer,
  jsonAnswer,
  methodNotAllowed,
  notFound,
  refusal,
  type WebAnswer,
  type WebRequest,
} from "../web/index.ts";
import { devicesOf, type OwnDevices } from "./devices.ts";
import { type JoinableGroups, roomsFor } from "./list-rooms.ts";

export interface AccountWebPorts {
  readonly login: WebLogin;
  readonly groups: JoinableGroups;
  readonly devices: OwnDevices;
  readonly now: () => number;
  /** Takes one from what a user may ask; how many seconds to wait when none is left. */
  readonly take: (user: string) => number | undefined;
  readonly hits: LimitWatch;
}

export class AccountWeb {
  readonly #ports: AccountWebPorts;

  constructor(ports: AccountWebPorts) {
    this.#ports = ports;
  }

  async handle(request: WebRequest): Promise<WebAnswer> {
    const proof = await this.#ports.login(request);
    if (proof.do === "refuse") return proof.answer;
    const seconds = this.#ports.take(proof.user.name);
    if (seconds === undefined) return this.#serve(request, proof.user);
    this.#ports.hits.hit("accountRequestsPerSecond", request.source.host);
    return refusal(429, "too many requests", [["retry-after", String(seconds)]]);
  }

  async #serve({ path, method }: WebRequest, user: User): Promise<WebAnswer> {
    const { groups, devices, now } = this.#ports;
    const [, what, which, ...more] = path;
    if (more.length > 0) return notFound();
    if (what === "rooms" && which === undefined) {
      if (method !== "GET") return methodNotAllowed("GET");
      return jsonAnswer(200, { rooms: roomsFor(user, groups, now()) });
    }
    if (what !== "devices") return notFound();
    if (which === undefined) {
      if (method !== "GET") return methodNotAllowed("GET");
      return jsonAnswer(200, { devices: devicesOf(user, devices) });
    }
    if (method !== "DELETE") return methodNotAllowed("DELETE");
    const done = await devices.signOut(user, which);
    if (done === "elsewhere") return refusal(409, "registered elsewhere");
    return done === "done" ? emptyAnswer(204) : notFound();
  }
}
