/** The XCAP server: documents of users over HTTP. RFC 4825 */
import { FormatError, type Hashing } from "@parlance/wire";
import type { LimitWatch, Log, Metrics, User, WebLogin } from "../ports/index.ts";
import { type DocumentStore, StoreError } from "../store/index.ts";
import {
  BodyEnded,
  methodNotAllowed,
  refusal,
  type WebAnswer,
  type WebRequest,
} from "../web/index.ts";
import { forbidden } from "./answers.ts";
import { readConditions } from "./conditions.ts";
import { deleteDocument } from "./delete-document.ts";
import { tellCapabilities, tellDirectory } from "./describe.ts";
import type { Documents } from "./documents.ts";
import { getDocument } from "./get-document.ts";
import { putDocument } from "./put-document.ts";
import { type Asked, readAsked, type TargetPorts } from "./target.ts";
import type { Usage } from "./usages/usage.ts";

export interface XcapPorts {
  readonly documents: Documents;
  readonly store: DocumentStore;
  readonly usages: ReadonlyMap<string, Usage>;
  readonly login: WebLogin;
  /** See `TargetPorts`. */
  readonly readable: TargetPorts["readable"];
  /** Takes one request from what a user may ask; how many seconds to wait when there is none left. */
  readonly take: (user: string) => number | undefined;
  readonly hashing: Hashing;
  readonly hits: LimitWatch;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface XcapOptions {
  /** Path under which the documents are: `/xcap/`. */
  readonly root: string;
  readonly documentBytes: number;
}

const READING = "GET, HEAD";
const METHODS = "GET, HEAD, PUT, DELETE";

export class Xcap {
  readonly #ports: XcapPorts;
  readonly #options: XcapOptions;
  readonly #answered: ReturnType<Metrics["counter"]>;

  constructor(ports: XcapPorts, options: XcapOptions) {
    this.#ports = ports;
    this.#options = options;
    const { metrics } = ports;
    this.#answered = metrics.counter("xcap_requests_total", "XCAP requests by status", "status");
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
      const waitSeconds = this.#ports.take(proof.user.name);
      if (waitSeconds !== undefined) {
        this.#ports.hits.hit("documentRequestsPerSecond", request.source.host);
        return refusal(429, "too many requests", [["retry-after", String(waitSeconds)]]);
      }
      return await this.#serve(request, proof.user);
    } catch (error) {
      if (error instanceof FormatError) return refusal(400, "bad request");
      if (error instanceof BodyEnded) return refusal(408, "too slow");
      if (!(error instanceof StoreError)) throw error;
      this.#ports.log.warn("document not stored", { fault: error.fault });
      if (error.fault === "busy") return refusal(503, "busy", [["retry-after", "1"]]);
      return refusal(error.fault === "full" ? 507 : 500, "not stored");
    }
  }

  async #serve(request: WebRequest, user: User): Promise<WebAnswer> {
    const { usages, store, hashing, documents, hits, readable } = this.#ports;
    const { root, documentBytes } = this.#options;
    const asked = readAsked(request, user, { root, usages, readable });
    if (asked.kind === "answer") return asked.answer;
    const allowed = asked.kind === "document" ? METHODS : READING;
    const { method } = request;
    if (!allowed.split(", ").includes(method)) return methodNotAllowed(allowed);
    if (asked.kind === "document" && asked.foreign && !READING.includes(method)) return forbidden();
    const conditions = readConditions(request);
    if (asked.kind === "capabilities") return tellCapabilities(usages, conditions, hashing);
    if (asked.kind === "directory")
      return tellDirectory(user, conditions, { store, usages, hashing });
    if (method === "PUT") {
      const ports = { documents, hits, documentBytes };
      const answer = await putDocument(request, asked, user, conditions, ports);
      this.#note(user, asked, method, answer);
      return answer;
    }
    if (method !== "DELETE") return getDocument(asked, conditions, { documents, hashing });
    const answer = await deleteDocument(asked, user, conditions, { documents, hashing });
    this.#note(user, asked, method, answer);
    return answer;
  }

  #note(user: User, asked: Asked, method: string, { status }: WebAnswer): void {
    if (asked.kind !== "document" || status >= 300) return;
    this.#ports.log.info("document changed", { user: user.name, usage: asked.usage.auid, method });
  }
}
