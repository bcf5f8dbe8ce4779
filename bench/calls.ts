/** What a call costs: set up and torn down between two endpoints in memory, on one core; and what it weighs while it lasts. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import {
  type Call,
  CallId,
  type CallOwner,
  CallTable,
  CSeq,
  Endpoint,
  type Face,
  type Flow,
  From,
  type IncomingOwner,
  MaxForwards,
  makeRequest,
  type NameAddr,
  type OutgoingOwner,
  Params,
  parseMessage,
  type RequestObserver,
  type ServerTransaction,
  type SipRequest,
  sipUri,
  To,
  type TransactionUser,
  type Transports,
  UserAgent,
} from "@parlance/sip";
import { utf8Bytes } from "@parlance/wire";
import { HandClock, QuickRandom } from "./lib/time-and-chance.ts";

const CALLS_A_ROUND = 10_000;
const ROUNDS = 5;
/** Calls begin at this rate of the virtual clock, so that what a transaction leaves behind is there as it would be. */
const CALLS_A_SECOND = 1_000;
const IDLE_CALLS = 5_000;
/** Longer than every timer of a transaction, shorter than the first refresh. */
const SETTLE_MS = 100_000;

const OFFER = utf8Bytes(
  [
    "v=0",
    "o=- 3912345678 3912345678 IN IP4 192.0.2.17",
    "s=-",
    "c=IN IP4 192.0.2.17",
    "t=0 0",
    "m=message 7654 TCP/MSRP *",
    "a=accept-types:message/cpim text/plain",
    "a=path:msrp://192.0.2.17:7654/jshA7weztas;tcp",
    "a=setup:actpass",
    "",
  ].join("\r\n"),
);
const DESCRIPTION = { type: "application/sdp", bytes: OFFER };

/** Two ends of one connection; what is written on one comes in on the other, as octets, in order. */
class Wire {
  readonly #queue: { readonly to: Endpoint; readonly flow: Flow; readonly bytes: Uint8Array }[] =
    [];
  octets = 0;
  messages = 0;

  from(peer: () => Endpoint, flow: Flow): Transports {
    return {
      send: (_flow, bytes) => {
        this.#queue.push({ to: peer(), flow, bytes });
      },
      open: () => Promise.reject(new Error("there is one connection only")),
      close: () => undefined,
    };
  }

  run(): void {
    for (let at = 0; at < this.#queue.length; at += 1) {
      const { to, flow, bytes } = this.#queue[at] ?? fail("no message");
      const parsed = parseMessage(bytes);
      if (!parsed.ok) throw parsed.error;
      this.messages += 1;
      this.octets += bytes.length;
      to.message(parsed.value, flow);
    }
    this.#queue.length = 0;
  }
}

const HERE: Flow = flowOf("here", "192.0.2.17", "192.0.2.1");
const THERE: Flow = flowOf("there", "192.0.2.1", "192.0.2.17");
const METHODS = [
  "INVITE",
  "ACK",
  "CANCEL",
  "BYE",
  "PRACK",
  "UPDATE",
  "OPTIONS",
  "MESSAGE",
  "REFER",
  "INFO",
  "NOTIFY",
];

function flowOf(id: string, local: string, remote: string): Flow {
  const port = 5060;
  return { id, transport: "TCP", local: { host: local, port }, remote: { host: remote, port } };
}

function faceOf(user: string, host: string, product: string): Face {
  const params = Params.none.with("+g.oma.sip-im");
  return {
    contact: { name: undefined, uri: sipUri(user, host), params },
    allow: METHODS,
    supported: ["norefersub"],
    edit: (edit) => edit.set(UserAgent, product),
  };
}

let calls = 0;

function invite(): SipRequest {
  calls += 1;
  const user = `alice${calls}`;
  return makeRequest("INVITE", sipUri("bob", "parlance.test"), (edit) => {
    edit.set(MaxForwards, 70);
    edit.set(From, named(user, Params.of(["tag", `8Yk2LpQ4vB7nXs1c${calls}`])));
    edit.set(To, named("bob", Params.none));
    edit.set(CallId, `7d1e5f20-6c43-4b8a-9e10-2a51${calls}@192.0.2.17`);
    edit.set(CSeq, { number: 1, method: "INVITE" });
    edit.setText("Accept-Contact", "*;+g.oma.sip-im;require;explicit");
    edit.body(OFFER, "application/sdp");
  });
}

function named(user: string, params: Params): NameAddr {
  return { name: user, uri: sipUri(user, "parlance.test"), params };
}

/** Both sides with their calls. */
class CallBench {
  readonly clock = new HandClock();
  readonly wire = new Wire();
  readonly #random = new QuickRandom();
  readonly #alice: Endpoint;
  readonly #bob: Endpoint;
  readonly #calling: CallTable;
  readonly #called: CallTable;
  readonly up: Call[] = [];
  ended = 0;

  constructor() {
    this.#alice = this.#endpoint(
      () => this.#bob,
      THERE,
      () => this.#calling,
    );
    this.#bob = this.#endpoint(
      () => this.#alice,
      HERE,
      () => this.#called,
    );
    this.#calling = this.#table(this.#alice);
    this.#called = this.#table(this.#bob);
  }

  setUp(): void {
    this.#calling.place(invite(), HERE, this.#owner(), { face: CALLER });
    this.wire.run();
  }

  /** Of the call that was set up last. */
  tearDown(): void {
    (this.up.pop() ?? fail("no call")).end();
    this.wire.run();
  }

  get live(): number {
    return this.#calling.stats.calls + this.#called.stats.calls;
  }

  #endpoint(peer: () => Endpoint, arrives: Flow, table: () => CallTable): Endpoint {
    const user: TransactionUser = {
      request: (request, transaction) => this.#serve(request, transaction, table()),
      ack: (request) => void table().ack(request, anybody),
    };
    const transports = this.wire.from(peer, arrives);
    return new Endpoint({ transports, clock: this.clock, random: this.#random }, user, LIMITS);
  }

  #table(outlet: Endpoint): CallTable {
    return new CallTable(
      { clock: this.clock, random: this.#random, outlet, destinationOf: (_dialog, flow) => flow },
      { calls: 100_000 },
    );
  }

  #serve(request: SipRequest, transaction: ServerTransaction, table: CallTable): void {
    if (request.to.params.has("tag")) {
      void (table.find(request, anybody) ?? fail("no call")).serve(transaction);
      return;
    }
    const incoming = table.invited(transaction, this.#owner(), CALLEE);
    incoming?.ring();
    incoming?.accept({ body: DESCRIPTION });
  }

  #owner(): CallOwner & IncomingOwner & OutgoingOwner {
    return new BenchOwner(this);
  }
}

class BenchOwner implements IncomingOwner, OutgoingOwner {
  readonly #bench: CallBench;

  constructor(bench: CallBench) {
    this.#bench = bench;
  }

  answered(call: Call): void {
    this.#bench.up.push(call);
  }

  ended(): void {
    this.#bench.ended += 1;
  }

  failed(): never {
    return fail("the call failed");
  }

  description(): undefined {}
  requested(): boolean {
    return false;
  }
  offered(): void {}
  acknowledged(): void {}
  progress(): void {}
  cancelled(): void {}
}

const CALLER = faceOf("alice", "192.0.2.17", "IM-client/OMA1.0 Parlance/0.1");
const CALLEE = faceOf("bob", "192.0.2.1", "IM-serv/OMA1.0 Parlance/0.1");
const LIMITS = { transactions: 1_000_000, transactionsPerSource: 1_000_000 };

/** As many messages by transactions alone: they have fewer headers, so not all of the difference is due to the calls. */
class TransactionBench {
  readonly clock = new HandClock();
  readonly wire = new Wire();
  readonly #alice: Endpoint;
  readonly #bob: Endpoint;

  constructor() {
    const random = new QuickRandom();
    const { clock } = this;
    const user: TransactionUser = {
      request: (_request, transaction) => answer(transaction),
      ack() {},
    };
    const here = { clock, random, transports: this.wire.from(() => this.#bob, THERE) };
    const there = { clock, random, transports: this.wire.from(() => this.#alice, HERE) };
    this.#alice = new Endpoint(here, user, LIMITS);
    this.#bob = new Endpoint(there, user, LIMITS);
  }

  setUp(): void {
    const request = invite();
    const observer: RequestObserver = {
      response: ({ status }) => {
        if (status < 200) return;
        const ack = request.edit().method("ACK").set(CSeq, { number: 1, method: "ACK" });
        this.#alice.send(ack.body(new Uint8Array(0)).done(), HERE);
      },
      timeout: () => fail("timeout"),
      failed: () => fail("failed"),
    };
    this.#alice.request(request, HERE, observer);
    this.wire.run();
  }

  tearDown(): void {
    const bye = invite().edit().method("BYE").set(CSeq, { number: 2, method: "BYE" });
    const nobody: RequestObserver = { response() {}, timeout() {}, failed() {} };
    this.#alice.request(bye.body(new Uint8Array(0)).done(), HERE, nobody);
    this.wire.run();
  }
}

function answer(transaction: ServerTransaction): void {
  if (transaction.request.method !== "INVITE") return transaction.reply(200);
  transaction.reply(180, undefined, (edit) => edit.setText("Contact", "<sip:bob@192.0.2.1>"));
  transaction.reply(200, undefined, (edit) => {
    edit.setText("Contact", "<sip:bob@192.0.2.1>").setText("Allow", METHODS.join(", "));
    edit.body(OFFER, "application/sdp");
  });
}

function anybody(): true {
  return true;
}

function fail(why: string): never {
  throw new Error(why);
}

interface Cost {
  readonly callsPerSecond: number;
  readonly cpuMicroseconds: number;
}

/** Processor time of the best round: what disturbs a machine only ever makes it slower. */
function cost(bench: CallBench | TransactionBench): Cost {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = process.cpuUsage();
    for (let call = 0; call < CALLS_A_ROUND; call += 1) {
      bench.setUp();
      bench.tearDown();
      bench.clock.pass(1_000 / CALLS_A_SECOND);
    }
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / CALLS_A_ROUND);
  }
  return { callsPerSecond: Math.round(1e6 / best), cpuMicroseconds: Math.round(best * 10) / 10 };
}

function collectGarbage(): number {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  for (let time = 0; time < 3; time += 1) collect();
  return process.memoryUsage().heapUsed;
}

/** Octets of the heap for one side of a call that has been up for a while. */
function weight(): number {
  const bench = new CallBench();
  bench.setUp();
  bench.clock.pass(SETTLE_MS);
  const before = collectGarbage();
  for (let call = 0; call < IDLE_CALLS; call += 1) {
    bench.setUp();
    bench.clock.pass(10);
  }
  bench.clock.pass(SETTLE_MS);
  const after = collectGarbage();
  if (bench.live !== 2 * (IDLE_CALLS + 1)) fail("calls are missing");
  return Math.round((after - before) / (2 * IDLE_CALLS));
}

const bytesASide = weight();
const whole = cost(new CallBench());
const transactions = cost(new TransactionBench());
const figures = {
  "set up and torn down, both sides": whole,
  "as many messages, of fewer headers, by transactions alone (reference)": transactions,
};
if (process.argv.includes("--json")) {
  console.log(JSON.stringify({ bench: "calls", unit: "calls/s", figures, bytesASide }));
} else {
  console.table(figures);
  console.log(`an idle call weighs ${bytesASide} octets of heap on each side`);
}
