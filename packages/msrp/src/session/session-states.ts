/** The life of a session, whoever connects. RFC 4975 §5.4, RFC 6135 §4.2.2 */
import type { Machine, Plan } from "@parlance/wire";

export interface SessionStates {
  readonly state:
    | "idle" // nothing is agreed on yet
    | "reaching" // we connect
    | "binding" // the connection is there; the peer has not taken it for this session yet
    | "awaiting" // the peer connects
    | "bound"
    | "lost" // the connection is gone, and either side may bring about another
    | "reaching again"
    | "binding again"
    | "terminated";
  readonly timer:
    | "connect" // until the session is bound for the first time
    | "keep alive"
    | "renew" // until a new exchange of descriptions is asked for
    | "return"; // until the session is given up
  readonly input:
    | "we connect" // by what was agreed on, now or anew
    | "they connect"
    | "reached"
    | "not reached"
    | "bind answered"
    | "bind refused"
    | "peer bound" // a connection of the peer that names this session
    | "line closed"
    | "no answer" // to what keeps the session alive
    | "refused" // 481 or 506 to a request of ours
    | "close";
  readonly action:
    | "reach"
    | "send bind"
    | "tell bound"
    | "send keep-alive"
    | "leave line"
    | "tell lost"
    | "ask to renew"
    | "end: closed"
    | "end: unreachable"
    | "end: refused"
    | "end: lost";
}

const sessionMachine: Machine<SessionStates> = {
  initial: ["idle"],
  timers: {
    idle: [],
    reaching: ["connect"],
    binding: ["connect"],
    awaiting: ["connect"],
    bound: ["keep alive"],
    lost: ["renew", "return"],
    "reaching again": ["renew", "return"],
    "binding again": ["renew", "return"],
    terminated: [],
  },
  rows: {
    idle: {
      "we connect": ["reaching", "reach"],
      "they connect": ["awaiting"],
      close: ["terminated", "end: closed"],
    },
    reaching: {
      reached: ["binding", "send bind"], // RFC 4975 §5.4: at once
      "not reached": ["terminated", "end: unreachable"],
      "we connect": ["reaching", "leave line", "reach"],
      "they connect": ["awaiting", "leave line"],
      connect: ["terminated", "end: unreachable"],
      close: ["terminated", "end: closed"],
    },
    binding: {
      "bind answered": ["bound", "tell bound"],
      "bind refused": ["terminated", "end: refused"],
      "line closed": ["terminated", "end: unreachable"],
      "we connect": ["reaching", "leave line", "reach"],
      "they connect": ["awaiting", "leave line"],
      connect: ["terminated", "end: unreachable"],
      close: ["terminated", "end: closed"],
    },
    awaiting: {
      "peer bound": ["bound", "tell bound"],
      "we connect": ["reaching", "reach"],
      connect: ["terminated", "end: unreachable"],
      close: ["terminated", "end: closed"],
    },
    bound: {
      "keep alive": ["bound", "send keep-alive"],
      "line closed": ["lost", "tell lost"], // RFC 4975 §5.4
      "no answer": ["lost", "leave line", "tell lost"],
      refused: ["terminated", "end: refused"], // RFC 4975 §10.8, §10.10
      "we connect": ["reaching again", "leave line", "tell lost", "reach"],
      "they connect": ["lost", "leave line", "tell lost"],
      close: ["terminated", "end: closed"],
    },
    lost: {
      renew: ["lost", "ask to renew"], // RFC 4975 §5.4: by a new exchange of descriptions
      return: ["terminated", "end: lost"],
      "we connect": ["reaching again", "reach"],
      "peer bound": ["bound", "tell bound"],
      close: ["terminated", "end: closed"],
    },
    "reaching again": {
      reached: ["binding again", "send bind"],
      "not reached": ["lost"],
      "we connect": ["reaching again", "leave line", "reach"],
      "they connect": ["lost", "leave line"],
      renew: ["reaching again"], // this one is under way
      return: ["terminated", "end: lost"],
      close: ["terminated", "end: closed"],
    },
    "binding again": {
      "bind answered": ["bound", "tell bound"],
      "bind refused": ["lost", "leave line"],
      "line closed": ["lost"],
      "we connect": ["reaching again", "leave line", "reach"],
      "they connect": ["lost", "leave line"],
      renew: ["binding again"],
      return: ["terminated", "end: lost"],
      close: ["terminated", "end: closed"],
    },
    terminated: {},
  },
};

export interface SessionWaits {
  readonly connectMs: number;
  /** Undefined: nothing is sent to keep the session alive. */
  readonly keepAliveMs: number | undefined;
  /** Before each request for a new exchange; empty for the side that leaves it to the other. */
  readonly renewMs: readonly number[];
  readonly returnMs: number;
}

/** A client, which takes it upon itself to bring a lost session back. */
export const clientWaits: SessionWaits = {
  connectMs: 30_000,
  keepAliveMs: 120_000,
  renewMs: [500, 2000, 8000],
  returnMs: 30_000,
};

/** A server, which waits for its clients. */
export const serverWaits: SessionWaits = {
  connectMs: 30_000,
  keepAliveMs: undefined,
  renewMs: [],
  returnMs: 30_000,
};

export function sessionPlan(waits: SessionWaits): Plan<SessionStates> {
  return {
    machine: sessionMachine,
    wait(timer, firings) {
      if (timer === "connect") return waits.connectMs;
      if (timer === "keep alive") return waits.keepAliveMs;
      return timer === "renew" ? waits.renewMs[firings] : waits.returnMs;
    },
  };
}
