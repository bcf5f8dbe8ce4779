/** What users keep on the server, over HTTP below `/history`: each sees his own, and nobody else's. */
import { FormatError } from "@parlance/wire";
import type { Counter, User } from "../../ports/index.ts";
import { StoreError } from "../../store/index.ts";
import {
  BodyEnded,
  methodNotAllowed,
  notFound,
  refusal,
  type WebAnswer,
  type WebHandler,
  type WebRequest,
} from "../../web/index.ts";
import { Exports } from "./archive/exports.ts";
import { Refused } from "./asked.ts";
import { getMessage, getMessages, listConversations } from "./pages.ts";
import { getRead, putRead } from "./read-state.ts";
import { getRemovals } from "./removals.ts";
import { removeByMessageId, removeConversation, removeMessage } from "./remove.ts";
import { search } from "./search.ts";
import type { HistoryWebOptions, HistoryWebPorts } from "./work.ts";

export class HistoryWeb {
  readonly #ports: HistoryWebPorts;
  readonly #exports: Exports;
  readonly #answered: Counter;

  constructor(ports: HistoryWebPorts, options: HistoryWebOptions) {
    this.#ports = ports;
    const { metrics, hits } = ports;
    this.#exports = new Exports(ports, { ...options, hits });
    this.#answered = metrics.counter(
      "history_requests_total",
      "Requests for what users keep, by status",
      "status",
    );
    hits.uses("historyExports", () => this.#exports.count);
    metrics.gauge("history_exports", "Archives that are being read", () => this.#exports.count);
  }

  async handle(request: WebRequest): Promise<WebAnswer> {
    const answer = await this.#guarded(request);
    this.#answered.add(1, String(answer.status));
    return answer;
  }

  async #guarded(request: WebRequest): Promise<WebAnswer> {
    try {
      const proof = await this.#ports.login(request);
      if (proof.do === "refuse") return proof.answer;
      return this.#waits(request, proof.user) ?? (await this.#serve(request, proof.user));
    } catch (error) {
      if (error instanceof Refused) return error.answer;
      if (error instanceof FormatError) return refusal(400, "bad request");
      if (error instanceof BodyEnded) return refusal(408, "too slow");
      if (!(error instanceof StoreError)) throw error;
      this.#ports.log.warn("history not read", { fault: error.fault });
      if (error.fault === "busy") return refusal(503, "busy", [["retry-after", "1"]]);
      return refusal(error.fault === "full" ? 507 : 500, "not stored");
    }
  }

  /** A search costs the store more than all else, also one for a message that is to be removed. */
  #waits({ path, source, method }: WebRequest, { name }: User): WebAnswer | undefined {
    const { take, hits } = this.#ports;
    const [, what = "", one] = path;
    const dear = DEAR.has(what) || (method === "DELETE" && one === undefined);
    const before = take(name, "request");
    const seconds = before ?? (dear ? take(name, "search") : undefined);
    if (seconds === undefined) return undefined;
    const limit = before === undefined ? "historySearchesPerMinute" : "historyRequestsPerSecond";
    hits.hit(limit, source.host);
    return refusal(429, "too many requests", [["retry-after", String(seconds)]]);
  }

  async #serve(request: WebRequest, user: User): Promise<WebAnswer> {
    const [, what, first, second, ...more] = request.path;
    if (more.length > 0) return notFound();
    const work = this.#ports;
    if (what === "messages" && first !== undefined) {
      if (second !== undefined && second !== "content") return notFound();
      if (second === undefined && request.method === "DELETE")
        return removeMessage(request, first, user, work);
      return getMessage(request, { id: first, part: second }, user, work);
    }
    if (second !== undefined) return notFound();
    if (what === "conversations" && first !== undefined)
      return removeConversation(request, first, user, work);
    if (first !== undefined) return notFound();
    switch (what) {
      case "messages":
        if (request.method === "DELETE") return removeByMessageId(request, user, work);
        return reading(request, () => getMessages(request, user, work));
      case "conversations":
        return reading(request, () => listConversations(request, user, work));
      case "search":
        return reading(request, () => search(request, user, work));
      case "export":
        return reading(request, () => this.#exports.begin(request, user));
      case "removed":
        return reading(request, () => getRemovals(request, user, work));
      case "read":
        if (request.method === "PUT") return putRead(request, user, work);
        return request.method === "GET"
          ? getRead(request, user, work)
          : methodNotAllowed("GET, PUT");
      default:
        return notFound();
    }
  }
}

const DEAR: ReadonlySet<string> = new Set(["search", "export"]);

async function reading(
  { method }: WebRequest,
  read: () => Promise<WebAnswer>,
): ReturnType<WebHandler> {
  return method === "GET" ? read() : methodNotAllowed("GET");
}
