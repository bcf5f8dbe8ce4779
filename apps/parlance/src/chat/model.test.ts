import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type ChatLine,
  conversationName,
  emptyChat,
  formatComposing,
  formatSession,
  formatState,
  formatTime,
  formatWho,
  stepChat,
} from "./model.ts";

const SELF = "sip:alice@parlance.test";
const BOB = "sip:bob@parlance.test";
const CAROL = "sip:carol@parlance.test";
const AT = new Date(2026, 10, 21, 9, 5);

function line(of: Partial<ChatLine>): ChatLine {
  const usual = { id: "1", kind: "theirs", conversation: BOB, who: "bob", text: "hi" } as const;
  return { ...usual, at: AT, state: undefined, why: "", ...of };
}

test("a receipt changes the line that it belongs to, and no other", () => {
  let model = emptyChat(SELF, [BOB]);
  for (const id of ["1", "2"]) {
    model = stepChat(model, { do: "line", line: line({ id, kind: "own", state: "accepted" }) });
  }
  model = stepChat(model, { do: "state", id: "1", state: "failed", why: "busy (486)" });
  assert.deepEqual(model.lines.map(formatState), ["✗ failed: busy (486)", "✓"]);
});

test("conversations are called by words where their addresses say nothing to people", () => {
  const once = "im-126db88011056307e27949b3";
  const named = new Map([["sip:lobby@parlance.test", "Lobby"]]);
  for (const [address, name] of [
    ["sip:anonymous@anonymous.invalid", "Anonymous"],
    ["sip:anonymous-b3a7d7cc@anonymous.invalid", "Anonymous"],
    ["sip:conf-factory@parlance.test", "messages to several"],
    [`sip:${once}@parlance.test`, `a group made for once (${once})`],
    ["sip:im-bob@parlance.test", "im-bob"],
    ["sip:lobby@parlance.test", "Lobby"],
    [CAROL, "carol"],
  ] as const) {
    assert.equal(conversationName([address], { titles: named, self: SELF }), name);
  }
});

test("whoever writes first becomes the partner of somebody without one", () => {
  const alone = emptyChat(SELF, []);
  assert.deepEqual(stepChat(alone, { do: "line", line: line({}) }).to, [BOB]);
  assert.deepEqual(stepChat(alone, { do: "line", line: line({ kind: "notice" }) }).to, []);
  const nobody = line({ conversation: "sip:anonymous@anonymous.invalid", who: "Anonymous" });
  const unseen = stepChat(alone, { do: "line", line: nobody });
  assert.deepEqual([unseen.to, formatWho(nobody, unseen)], [[], "Anonymous, elsewhere"]);
  const busy = emptyChat(SELF, [CAROL]);
  assert.deepEqual(stepChat(busy, { do: "line", line: line({}) }).to, [CAROL]);
});

test("what is said elsewhere is marked, with the group or the people it was said to", () => {
  const model = emptyChat(SELF, [CAROL]);
  const team = "sip:team@parlance.test";
  assert.equal(formatWho(line({ conversation: CAROL, who: "carol" }), model), "carol");
  assert.equal(formatWho(line({}), model), "bob, elsewhere");
  assert.equal(formatWho(line({ conversation: team }), model), "bob in team, elsewhere");
  const own = line({ kind: "own", who: "you", conversation: `${BOB} sip:zoe@else.test` });
  assert.equal(formatWho(own, model), "you to bob, zoe@else.test");
});

test("those who write are named until they stop", () => {
  let model = emptyChat(SELF, [BOB]);
  for (const from of [BOB, CAROL, BOB]) {
    model = stepChat(model, { do: "composing", from, active: true });
  }
  assert.equal(formatComposing(model), "carol, bob are writing …");
  model = stepChat(model, { do: "composing", from: CAROL, active: false });
  assert.equal(formatComposing(model), "bob is writing …");
});

test("lines of another day carry it", () => {
  assert.equal(formatTime(AT, new Date(2026, 10, 21, 23, 59)), "09:05");
  assert.equal(formatTime(AT, new Date(2026, 10, 22, 0, 1)), "21 Nov 09:05");
});

test("the screen keeps the newest lines, however many come", () => {
  let model = emptyChat(SELF, [BOB]);
  for (let id = 0; id < 700; id += 1) {
    model = stepChat(model, { do: "line", line: line({ id: String(id) }) });
  }
  assert.deepEqual([model.lines.length, model.lines.at(-1)?.id], [500, "699"]);
});

test("a file has one line, which changes as it goes", () => {
  const view = {
    own: false,
    name: "a.png",
    type: "image/png",
    sizeBytes: 100,
    via: "session",
    why: "",
  } as const;
  const still = { bytesPerSecond: undefined, number: 1, place: undefined } as const;
  let model = stepChat(emptyChat(SELF, [BOB]), { do: "line", line: line({ id: "1" }) });
  for (const doneBytes of [0, 50]) {
    const file = { ...view, ...still, doneBytes, state: "receiving" } as const;
    model = stepChat(model, { do: "file", line: line({ id: "file 1", file }) });
    model = stepChat(model, { do: "line", line: line({ id: `after ${doneBytes}` }) });
  }
  assert.deepEqual(
    model.lines.map(({ id }) => id),
    ["1", "file 1", "after 0", "after 50"],
  );
  assert.match(model.lines.map(formatState).join(), /50 %/);
});

test("the session is told of the one who is talked to, as long as there is one", () => {
  let model = emptyChat(SELF, [BOB]);
  assert.equal(formatSession(model), "");
  model = stepChat(model, { do: "session", peer: BOB, session: "open" });
  assert.equal(formatSession(model), "session open");
  assert.equal(formatSession({ ...model, to: [CAROL] }), "");
  assert.equal(formatSession({ ...model, to: [BOB, CAROL] }), "");
  model = stepChat(model, { do: "session", peer: BOB, session: "none" });
  assert.equal(formatSession(model), "");
});
