/** The XCAP server over stores in memory: requests as values. */
import { utf8Bytes, utf8Text } from "@parlance/wire";
import { hashing, SeededRandom } from "../core/machine-ports.test.ts";
import { Rate } from "../core/rate.ts";
import { type Bounds, limitsWith } from "../limits.ts";
import type { ServerDocuments, User, WebLogin } from "../ports/index.ts";
import { type Disk, memoryStores } from "../store/index.ts";
import { HandClock } from "../testing/clock.ts";
import { CountedMetrics, NotedHits, silentLog } from "../testing/ports.ts";
import { refusal } from "../web/index.ts";
import {
  accessRules,
  auditDocuments,
  Documents,
  deferredList,
  groups,
  groupUsageList,
  References,
  resourceLists,
  type Usage,
  userProfile,
  Xcap,
} from "./index.ts";

export const ROOT = "https://im.example.com/xcap/";
export const LISTS = "resource-lists/users/sip:alice@example.com/index";
export const LISTS_TYPE = "application/resource-lists+xml";
export const EL = "application/xcap-el+xml";
export const ATT = "application/xcap-att+xml";
export const GROUP_TYPE = "application/vnd.oma.poc.groups+xml";
export const RULES_TYPE = "application/auth-policy+xml";

export interface Ask {
  readonly user?: string | undefined;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Told {
  readonly status: number;
  readonly etag: string | undefined;
  readonly type: string | undefined;
  readonly text: string;
  readonly headers: ReadonlyMap<string, string>;
}

export function userOf(name: string): User {
  const address = `sip:${name}@example.com`;
  const identities = [address, `tel:+1555${name.length}`];
  return { name, address, identities, displayName: undefined, disabled: false };
}

export class XcapWorld {
  readonly clock = new HandClock();
  readonly metrics = new CountedMetrics();
  readonly hits = new NotedHits();
  readonly stores;
  readonly documents: Documents;
  readonly xcap: Xcap;

  constructor(limits: Partial<Bounds> = {}, disk?: Disk, deferred?: ServerDocuments) {
    const { clock, metrics, hits } = this;
    const bounds = limitsWith(limits);
    this.stores = memoryStores(disk === undefined ? {} : { disk });
    const { documents: store, audit } = this.stores;
    this.documents = new Documents(
      { store, clock, random: new SeededRandom(7) },
      { documents: bounds.documentsPerUser, bytes: bounds.documentBytesPerUser },
    );
    this.documents.onChange(auditDocuments(audit, clock, silentLog));
    const rate = new Rate(bounds.documentRequestsPerSecond, bounds.documentRequestBurst);
    const references = new References(() => ROOT);
    const names = {
      keyOf: (uri: string) => (uri.endsWith("@example.com") ? uri : undefined),
      isTaken: (key: string) => key === "sip:alice@example.com" || key === "sip:team@example.com",
    };
    const usages: Usage[] = [
      resourceLists(references),
      groups(names, references, { isFile: () => false, members: bounds.conferenceParticipants }),
      groupUsageList(references),
      accessRules(references),
      userProfile(),
    ];
    if (deferred !== undefined) usages.push(deferredList(deferred));
    this.xcap = new Xcap(
      {
        documents: this.documents,
        store,
        usages: new Map(usages.map((usage) => [usage.auid, usage])),
        login: loginOf,
        // Carol has blocked Alice.
        readable: (xui, { name }) =>
          ["alice", "bob", "carol"]
            .map(userOf)
            .find((one) => one.address === xui && !(one.name === "carol" && name === "alice")),
        take: (user) => rate.take(user, clock.now()),
        hashing,
        hits,
        log: silentLog,
        metrics,
      },
      { root: "/xcap/", documentBytes: bounds.documentBytes },
    );
  }

  get(path: string, ask: Ask = {}): Promise<Told> {
    return this.ask("GET", path, "", ask);
  }

  put(path: string, body: string | Uint8Array, ask: Ask = {}): Promise<Told> {
    return this.ask("PUT", path, body, ask);
  }

  delete(path: string, ask: Ask = {}): Promise<Told> {
    return this.ask("DELETE", path, "", ask);
  }

  async ask(
    method: string,
    path: string,
    body: string | Uint8Array,
    { user = "alice", type, headers = {} }: Ask,
  ): Promise<Told> {
    const sent = new Map(Object.entries(headers).map(([name, value]) => [name, [value]]));
    if (user !== undefined) sent.set("x-user", [user]);
    if (type !== undefined) sent.set("content-type", [type]);
    const bytes = typeof body === "string" ? utf8Bytes(body) : body;
    const answer = await this.xcap.handle({
      method,
      target: `/xcap/${path}`,
      path: ["xcap"],
      query: new Map(),
      headers: sent,
      source: { host: "192.0.2.1", secure: true },
      body: (async function* pieces() {
        yield bytes;
      })(),
    });
    const told = new Map(answer.headers);
    const content = answer.body ?? "";
    return {
      status: answer.status,
      etag: told.get("etag"),
      type: told.get("content-type"),
      text:
        content instanceof Uint8Array
          ? utf8Text(content)
          : typeof content === "string"
            ? content
            : "",
      headers: told,
    };
  }
}

const loginOf: WebLogin = async ({ headers }) => {
  const [name] = headers.get("x-user") ?? [];
  if (name === undefined || name === "") {
    return { do: "refuse", answer: refusal(401, "unauthorized") };
  }
  return { do: "accept", user: userOf(name) };
};
