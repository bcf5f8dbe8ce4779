/** From records to a ladder: whose lanes, which pairs, what is folded, what belongs together. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { piecesOf } from "./colours.ts";
import { compareRuns, differencesIn } from "./compare.ts";
import { followConversation, followMessage } from "./follow.ts";
import { MOST_ROWS, type Row, Rows } from "./rows.ts";
import { PROTOCOLS, readSteps, type Step } from "./step.ts";
import { View, type Wanted } from "./view.ts";

let sequence = 0;

function step(more: Partial<Step>): Step {
  sequence += 1;
  return {
    sequence,
    at: sequence * 1_000,
    protocol: "sip",
    direction: "in",
    flow: "a",
    peer: "192.0.2.7:1",
    local: "192.0.2.1:5060",
    transport: "TCP",
    title: `${more.method ?? "MESSAGE"} sip:bob@example.com`,
    form: "request",
    method: "MESSAGE",
    messageIds: [],
    sessions: [],
    users: [],
    carries: [],
    bytes: 10,
    text: "",
    cut: 0,
    ...more,
  };
}

const alice = "sip:alice@example.com";
const bob = "sip:bob@example.com";
const fromAlice = { flow: "a", from: alice, to: bob, users: [alice, bob] };
const toBob = {
  flow: "b",
  peer: "192.0.2.8:2",
  direction: "out",
  to: bob,
  users: [alice, bob],
} as const;

function rowsOf(...steps: readonly Step[]): readonly Row[] {
  const rows = new Rows();
  for (const each of steps) rows.add(each);
  return rows.all;
}

function laneNames(rows: Rows): readonly string[] {
  return rows.lanes.map(({ name }) => name);
}

test("a user has one lane, whatever he comes by, and an answer goes to it", () => {
  const rows = new Rows();
  rows.add(step({ ...fromAlice, method: "REGISTER" }));
  rows.add(step({ ...fromAlice, flow: "a2", peer: "192.0.2.7:9" }));
  rows.add(step({ ...toBob, title: "MESSAGE sip:bob@192.0.2.8" }));
  const answer = rows.add(step({ flow: "b", direction: "in", form: "response", status: 200 }));
  assert.deepEqual(laneNames(rows), ["alice", "bob"]);
  assert.equal(answer?.lane, bob);
  assert.equal(rows.lanes[0]?.places.length, 2);
});

test("by connection each has a lane of its own", () => {
  const rows = new Rows("connection");
  rows.add(step({ ...fromAlice }));
  rows.add(step({ ...fromAlice, flow: "a2", peer: "192.0.2.7:9" }));
  assert.deepEqual(laneNames(rows), ["alice", "alice"]);
});

test("frames of MSRP go to the lane whose description named the session (RFC 4975 §8.2)", () => {
  const rows = new Rows();
  rows.add(step({ ...fromAlice, method: "INVITE", carries: ["sdp"], sessions: ["s1"] }));
  rows.add(step({ ...toBob, method: "INVITE", carries: ["sdp"], sessions: ["s2"] }));
  const msrp = { protocol: "msrp", method: "SEND" } as const;
  const inward = rows.add(step({ ...msrp, flow: "m1", sessions: ["x", "s1"] }));
  const outward = rows.add(step({ ...msrp, flow: "m2", sessions: ["s2"] }));
  assert.deepEqual([inward?.lane, outward?.lane], [alice, bob]);
});

test("an answer finds its request, and a repeated request is folded into the first (RFC 3261 §17)", () => {
  const rows = new Rows();
  const request = rows.add(step({ ...toBob, exchange: "z1" }));
  assert.equal(rows.add(step({ ...toBob, exchange: "z1" })), undefined);
  assert.equal(rows.add(step({ ...toBob, exchange: "z1" })), undefined);
  const answer = rows.add(
    step({ flow: "b", form: "response", status: 200, exchange: "z1", title: "200 OK" }),
  );
  assert.equal(request?.again.length, 2);
  assert.equal(answer?.request, request);
  assert.equal(request?.answer, answer);
  assert.equal(rows.all.length, 2);
});

test("the same transaction on another connection is another hop, and no repeat", () => {
  const rows = rowsOf(step({ ...fromAlice, exchange: "z1" }), step({ ...toBob, exchange: "z1" }));
  assert.deepEqual(
    rows.map(({ again }) => again.length),
    [0, 0],
  );
});

test("chunks of one message are one row with one answer (RFC 4975 §5.1)", () => {
  const chunk = { protocol: "msrp", method: "SEND", flow: "m", messageIds: ["12"] } as const;
  const ok = {
    protocol: "msrp",
    form: "response",
    direction: "out",
    flow: "m",
    title: "200 OK",
  } as const;
  const rows = rowsOf(
    step({ ...chunk, exchange: "t1" }),
    step({ ...ok, exchange: "t1", status: 200 }),
    step({ ...chunk, exchange: "t2" }),
    step({ ...ok, exchange: "t2", status: 200 }),
    step({ ...chunk, exchange: "t3" }),
    step({ ...ok, exchange: "t3", status: 200 }),
    step({ ...chunk, messageIds: ["13"], exchange: "t4" }),
  );
  assert.deepEqual(
    rows.map(({ again }) => again.length),
    [2, 2, 0],
  );
});

test("the oldest rows go when there are too many, and what they were asked is forgotten", () => {
  const rows = new Rows();
  for (let at = 0; at < MOST_ROWS + 10; at += 1) rows.add(step({ exchange: `e${at}` }));
  assert.ok(rows.all.length <= MOST_ROWS);
  assert.equal(rows.all.length + rows.forgotten, MOST_ROWS + 10);
  assert.notEqual(rows.add(step({ exchange: "e0" })), undefined);
});

const everything: Wanted = {
  protocols: new Set(PROTOCOLS),
  words: "",
  among: undefined,
  grouped: true,
};

test("a run of alike rows is one line, and goes on as more come", () => {
  const view = new View(everything);
  const rows = rowsOf(
    step({ method: "REGISTER" }),
    ...Array.from({ length: 7 }, (_, at) => step({ exchange: `m${at}` })),
    step({ method: "REGISTER" }),
  );
  view.add(rows.slice(0, 5));
  assert.equal(view.lines.length, 5);
  view.add(rows.slice(5));
  assert.deepEqual(
    view.lines.map(({ rows: within }) => within.length),
    [1, 7, 1],
  );
  assert.equal(view.shown, 9);
});

test("kept up row by row a view is what it would be anew", () => {
  const rows = rowsOf(
    ...Array.from({ length: 60 }, (_, at) =>
      step({ method: at % 13 < 7 ? "MESSAGE" : "NOTIFY", exchange: `n${at}`, text: `t${at % 3}` }),
    ),
  );
  for (const words of ["", "T1", "notify"]) {
    for (const grouped of [true, false]) {
      const wanted = { ...everything, words, grouped };
      const grown = new View(wanted);
      for (const row of rows) grown.add([row]);
      const whole = new View(wanted);
      whole.reset(wanted, rows);
      assert.deepEqual(grown.lines, whole.lines);
    }
  }
});

test("a message is followed over all its legs, with answers, decisions and receipts (RFC 5438 §6.3)", () => {
  const rows = rowsOf(
    step({ ...fromAlice, exchange: "1", callId: "c1", messageIds: ["m1"] }),
    step({ protocol: "decision", direction: "here", form: "note", exchange: "1", callId: "c1" }),
    step({ ...toBob, exchange: "2", callId: "c1", messageIds: ["m1", "leg"] }),
    step({ flow: "b", form: "response", status: 200, exchange: "2", callId: "c1" }),
    step({ ...fromAlice, exchange: "3", callId: "c9", messageIds: ["other"] }),
    step({ flow: "b", exchange: "4", callId: "c2", messageIds: ["receipt", "leg"] }),
    step({ flow: "b", exchange: "5", callId: "c3", method: "OPTIONS" }),
  );
  const [, , , answer] = rows;
  const found = followMessage(answer ?? assert.fail(), rows);
  assert.deepEqual(
    rows.map((row) => found.has(row)),
    [true, true, true, true, false, true, false],
  );
});

test("a conversation is what hangs together by calls, sessions and messages", () => {
  const rows = rowsOf(
    step({ callId: "c1", sessions: ["s1"], exchange: "1" }),
    step({ callId: "c2", sessions: ["s2"], exchange: "2" }),
    step({ protocol: "msrp", sessions: ["s1"], messageIds: ["m"], exchange: "3", flow: "m" }),
    step({ protocol: "msrp", sessions: ["s2"], messageIds: ["m"], exchange: "4", flow: "n" }),
    step({ callId: "c3", exchange: "5" }),
  );
  const found = followConversation(rows[0] ?? assert.fail(), rows);
  assert.deepEqual(
    rows.map((row) => found.has(row)),
    [true, true, true, true, false],
  );
});

test("two runs are aligned by kind: what only one has stands alone", () => {
  const left = [step({ method: "INVITE" }), step({ method: "ACK" }), step({ method: "BYE" })];
  const right = [step({ method: "INVITE" }), step({ method: "PRACK" }), step({ method: "BYE" })];
  const pairs = compareRuns(left, right).map((pair) => [pair.left?.method, pair.right?.method]);
  assert.deepEqual(pairs, [
    ["INVITE", "INVITE"],
    ["ACK", undefined],
    [undefined, "PRACK"],
    ["BYE", "BYE"],
  ]);
  assert.deepEqual(compareRuns([], []), []);
});

test("colouring loses no character, whatever the message", () => {
  const messages = [
    'MESSAGE sip:bob@x SIP/2.0\r\nFrom: "Al" <sip:al@x>;tag=1\r\n\r\nv=0\r\na=path:msrp://h:1/s;tcp\r\nxxxxx',
    "MSRP t SEND\nTo-Path: msrp://a:1/b;tcp\n\n<imdn><id>7</id></imdn>\n-------t$",
    "\u202e<script>\n: no name\n",
  ];
  for (const message of messages) {
    const lines = piecesOf(message).map((pieces) => pieces.map(({ text }) => text).join(""));
    assert.deepEqual(lines, message.split(/\r?\n/));
  }
});

test("a file that holds no steps is told from one that does", () => {
  assert.deepEqual(readSteps({ steps: [step({})] })?.length, 1);
  for (const wrong of [
    undefined,
    7,
    {},
    { steps: 1 },
    { steps: [{}] },
    { steps: [{ ...step({}), users: [1] }] },
  ]) {
    assert.equal(readSteps(wrong), undefined);
  }
});

test("neighbouring steps that only one run has are one difference", () => {
  const [invite, bye, info] = ["INVITE", "BYE", "INFO"].map((method) => step({ method }));
  assert.ok(invite && bye && info);
  const pairs = compareRuns([info, info, invite, bye], [invite, info, info]);
  const places = differencesIn(pairs);
  assert.equal(places.length, 2);
  assert.ok(places.every((at) => !pairs[at]?.left || !pairs[at]?.right));
  assert.deepEqual(differencesIn(compareRuns([invite, bye], [invite, bye])), []);
});
