/** A route of the operator's API: what it takes, what it answers, and what it does, in one place. The API document is made of these. */
import type { Admitted, PrometheusMetrics } from "@parlance/node";
import type { Server, Stores } from "@parlance/server";
import type { z } from "zod";
import type { Configuration } from "../config/schema.ts";
import type { Backups } from "../service/backups.ts";
import type { Denial, DenialCode } from "./denials.ts";
import type { EventStream } from "./event-stream.ts";
import type { QuotaUse } from "./quota-use.ts";

/** What routes act upon. */
export interface OperatorPorts {
  readonly server: Server;
  readonly stores: Stores;
  readonly config: Configuration;
  readonly metrics: Pick<PrometheusMetrics, "read">;
  readonly backups: Pick<Backups, "take" | "list" | "remove" | "restoreNext">;
  /** Connections that others opened: of the protocol, SIP or MSRP, that has more. Each is bounded by itself. */
  readonly connections: () => Admitted;
  readonly quotas: QuotaUse;
  readonly health: () => Health;
  /** Refuses new work from now on; `stop` ends the process when what is under way has ended. */
  readonly drain: (patienceMs: number, stop: boolean) => void;
  /** Epoch ms. */
  readonly now: () => number;
}

export interface Health {
  /** What the server still waits for, or that it drains; undefined while all is well. */
  readonly notReady: string | undefined;
  readonly startedAt: number;
}

/** What the audit log says of something that was done. */
export interface AuditWords {
  readonly action: string;
  readonly subject: string;
  readonly detail?: string;
}

/** With whoever asks. */
export interface Asking extends OperatorPorts {
  /** Durable when it resolves. */
  readonly audit: (words: AuditWords) => Promise<void>;
}

type Fields = z.ZodObject | undefined;
type Shape = z.ZodType | undefined;
type Value<S extends Shape> = S extends z.ZodType ? z.output<S> : undefined;

export interface Asked<P extends Fields, Q extends Fields, B extends Shape> {
  readonly params: Value<P>;
  readonly query: Value<Q>;
  readonly body: Value<B>;
}

/** An answer that is no JSON. */
export class Octets {
  readonly type: string;
  readonly bytes: Uint8Array;

  constructor(type: string, bytes: Uint8Array) {
    this.type = type;
    this.bytes = bytes;
  }
}

/** An answer that goes on until the other side has enough. */
export class Events {
  readonly begin: (stream: EventStream) => void;

  constructor(begin: (stream: EventStream) => void) {
    this.begin = begin;
  }
}

type Answer<A extends Shape> = Denial | Octets | Events | Value<A>;
type MaybePromise<T> = T | Promise<T>;

interface Description<P extends Fields, Q extends Fields, B extends Shape, A extends Shape> {
  /** `/users/{name}`, below `/api`. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  /** Absent: nothing, or what `octets` says. */
  readonly answer?: A;
  /** Media types of an answer that is no JSON. */
  readonly octets?: readonly string[];
  readonly denials?: readonly DenialCode[];
}

type Audit<P extends Fields, Q extends Fields, B extends Shape> = (
  asked: Asked<P, Q, B>,
  by: OperatorPorts,
) => AuditWords;

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** A route whose types are not known any more: `serve.ts` checks the values against its schemas. */
export interface Route {
  readonly method: Method;
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly params: Fields;
  readonly query: Fields;
  readonly body: Shape;
  readonly answer: Shape;
  readonly octets: readonly string[];
  readonly denials: readonly DenialCode[];
  /** Of an answer that is no denial. */
  readonly status: number;
  /** Undefined where nothing changes and nobody's privacy is touched; "itself": `perform` says when. */
  readonly audit: ((asked: AnyAsked, by: OperatorPorts) => AuditWords) | "itself" | undefined;
  readonly perform: (asked: AnyAsked, by: Asking) => MaybePromise<unknown>;
}

export interface AnyAsked {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

/** Nothing changes. `audit`: somebody's privacy is touched. */
export function look<
  P extends Fields = undefined,
  Q extends Fields = undefined,
  A extends Shape = undefined,
>(
  of: Description<P, Q, undefined, A> & { readonly audit?: Audit<P, Q, undefined> },
  perform: (asked: Asked<P, Q, undefined>, by: Asking) => MaybePromise<Answer<A>>,
): Route {
  return erased({ ...of, method: "GET", status: 200 }, perform);
}

/** Something changes, and the audit log says what. */
export function change<
  P extends Fields = undefined,
  B extends Shape = undefined,
  A extends Shape = undefined,
>(
  of: Description<P, undefined, B, A> & {
    readonly method: Exclude<Method, "GET">;
    readonly status?: number;
    readonly audit: Audit<P, undefined, B> | "itself";
  },
  perform: (asked: Asked<P, undefined, B>, by: Asking) => MaybePromise<Answer<A>>,
): Route {
  const { status = of.answer === undefined ? 204 : 200 } = of;
  return erased({ ...of, status }, perform);
}

function erased<P extends Fields, Q extends Fields, B extends Shape, A extends Shape>(
  of: Description<P, Q, B, A> &
    Pick<Route, "method" | "status"> & {
      readonly audit?: Audit<P, Q, B> | "itself";
    },
  perform: (asked: Asked<P, Q, B>, by: Asking) => unknown,
): Route {
  const { method, status, path, tag, summary, params, query, body, answer } = of;
  const { octets = [], denials = [], audit } = of;
  return {
    method,
    status,
    path,
    tag,
    summary,
    params,
    query,
    body,
    answer,
    octets,
    denials,
    // Whoever calls them has read the values with these very schemas.
    audit: audit as Route["audit"],
    perform: perform as Route["perform"],
  };
}
