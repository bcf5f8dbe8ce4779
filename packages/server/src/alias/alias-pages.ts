/** Names outside of the session, over HTTP. IM-7.2.3.5-P1, IM-7.2.3.5-04, IM-7.2.3.5-N1; security rule 35 */
import { utf8Bytes } from "@parlance/wire";
import type { AliasChoice, AliasGuest, AliasLink, AliasPages, LimitWatch } from "../ports/index.ts";
import { methodNotAllowed, type WebAnswer, type WebRequest } from "../web/index.ts";
import { type LinkLimits, type LinkPorts, Links } from "./links.ts";
import { Misses } from "./misses.ts";
import { assetAnswer, donePage, formPage, nothingPage, pageAnswer, SCRIPT, STYLE } from "./page.ts";
import { readForm } from "./read-form.ts";
import { ENGLISH, textsFor } from "./texts.ts";

export interface AliasPagePorts extends LinkPorts {
  readonly hits: LimitWatch;
  /** What URLs begin with. */
  readonly publicUrl: () => string;
}

export interface AliasPageLimits extends LinkLimits {
  /** Links that lead nowhere, from one source in a minute. */
  readonly misses: number;
}

export class AliasPageServer implements AliasPages {
  readonly #ports: AliasPagePorts;
  readonly #links: Links;
  readonly #misses: Misses;

  constructor(ports: AliasPagePorts, limits: AliasPageLimits) {
    this.#ports = ports;
    this.#links = new Links(ports, limits);
    this.#misses = new Misses(limits.misses);
    const { hits, clock } = ports;
    hits.uses("aliasLinks", () => this.#links.count);
    hits.uses("aliasMissesPerMinute", () => this.#misses.most(clock.now()));
  }

  invite(guest: AliasGuest): AliasLink | undefined {
    const issued = this.#links.issue(guest);
    if (issued === undefined) {
      this.#ports.hits.hit("aliasLinks");
      return undefined;
    }
    const { token, expiresAt } = issued;
    const html = formPage({ room: guest.room, called: guest.called(), token }, ENGLISH);
    return {
      url: `${this.#ports.publicUrl()}/alias?t=${token}`,
      expiresAt,
      sizeBytes: utf8Bytes(html).length,
      withdraw: () => this.#links.withdraw(guest),
    };
  }

  async handle(request: WebRequest): Promise<WebAnswer> {
    const [, asset, ...more] = request.path;
    const reads = request.method === "GET" || request.method === "HEAD";
    if (asset !== undefined)
      return more.length === 0 && reads
        ? (assetOf(asset) ?? this.#nothing(request))
        : this.#nothing(request);
    if (reads) return this.#show(request);
    return request.method === "POST" ? this.#take(request) : methodNotAllowed("GET, HEAD, POST");
  }

  #show(request: WebRequest): WebAnswer {
    const token = request.query.get("t") ?? "";
    const wait = this.#wait(request);
    if (wait !== undefined) return wait;
    const entry = this.#links.find(token);
    if (entry === undefined) return this.#missed(request);
    const { guest } = entry;
    const facts = { room: guest.room, called: guest.called(), token };
    return pageAnswer(200, formPage(facts, textsFor(request)));
  }

  async #take(request: WebRequest): Promise<WebAnswer> {
    const wait = this.#wait(request);
    if (wait !== undefined) return wait;
    const texts = textsFor(request);
    const form = await readForm(request);
    const entry = form && this.#links.take(form.get("t") ?? "");
    if (form === undefined || entry === undefined) return this.#missed(request);
    const { guest, expiresAt } = entry;
    const choice: AliasChoice = guest.choose(form.get("alias") ?? "");
    if (choice.kind === "given") return pageAnswer(200, donePage(choice.alias, texts));
    const next = this.#links.issue(guest, expiresAt);
    if (next === undefined) return this.#nothing(request);
    const facts = { room: guest.room, called: guest.called(), token: next.token };
    return pageAnswer(422, formPage({ ...facts, because: choice.because }, texts));
  }

  #wait(request: WebRequest): WebAnswer | undefined {
    const { source } = request;
    const seconds = this.#misses.wait(source.host, this.#ports.clock.now());
    if (seconds === undefined) return undefined;
    this.#ports.hits.hit("aliasMissesPerMinute", source.host);
    return pageAnswer(429, nothingPage(textsFor(request)), [["retry-after", String(seconds)]]);
  }

  #missed(request: WebRequest): WebAnswer {
    this.#misses.note(request.source.host, this.#ports.clock.now());
    return this.#nothing(request);
  }

  #nothing(request: WebRequest): WebAnswer {
    return pageAnswer(404, nothingPage(textsFor(request)));
  }
}

function assetOf(name: string): WebAnswer | undefined {
  if (name === "page.css") return assetAnswer("text/css; charset=utf-8", STYLE);
  if (name === "page.js") return assetAnswer("text/javascript; charset=utf-8", SCRIPT);
  return undefined;
}
