/** Calls that go out: forks, crossings, failures, patience. RFC 3261 §13.2, §9.1 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ServerTransaction } from "../endpoint/index.ts";
import {
  Contact,
  CSeq,
  makeResponse,
  Params,
  ProxyAuthorization,
  RAck,
  RecordRoute,
  Require,
  type ResponseEdit,
  Route,
  RSeq,
  Server,
  SessionExpires,
  type SipRequest,
  type SipResponse,
  To,
} from "../message/index.ts";
import type { CallAsker, CallOutlet } from "./index.ts";
import { answerAs, lineOf, type Side, sdp, type Two, two } from "./world.test.ts";

/** Bob as a proxy that forks: what comes to him is answered by hand. */
function byHand(both: Two, invited: (transaction: ServerTransaction) => void): SipRequest[] {
  const others: SipRequest[] = [];
  both.bob.host.serve = (transaction) => {
    if (transaction.request.method === "INVITE") return invited(transaction);
    others.push(transaction.request);
    transaction.reply(200);
  };
  return others;
}

function answered(edit: ResponseEdit<SipResponse>): void {
  edit.body(sdp("answer").bytes, "application/sdp");
}

function reliable(rseq: number): (edit: ResponseEdit<SipResponse>) => void {
  return (edit) => edit.set(Require, ["100rel"]).set(RSeq, rseq);
}

function noneLeft({ table }: Side): void {
  const { calls, incoming, outgoing } = table.stats;
  assert.deepEqual({ calls, incoming, outgoing }, { calls: 0, incoming: 0, outgoing: 0 });
}

function tagsOf(requests: readonly SipRequest[]): (string | undefined)[] {
  return requests.map((request) => request.to.params.get("tag"));
}

test("methods, contact and product of the peer are remembered from its answer (IM-7.1.1.1-R1, IM-7.1.1.1-R2, IM-9.3.2.1-01, IM-9.3.2.1-02)", () => {
  const { world, alice, bob, toBob } = two();
  const { contact } = bob.face;
  bob.face = {
    ...bob.face,
    contact: { ...contact, params: contact.params.with("isfocus") },
    edit: (edit) => edit.set(Server, "IM-serv/OMA1.0"),
  };
  bob.invited = (incoming) => incoming.accept({ body: sdp("answer") });
  alice.place(toBob);
  world.clock.pass(1_000);
  const peer = alice.call?.peer;
  assert.deepEqual(peer?.allow, bob.face.allow);
  assert.deepEqual(peer?.supported, ["100rel", "timer"]);
  assert.equal(peer?.contact?.params.has("isfocus"), true);
  assert.equal(peer?.agent, "IM-serv/OMA1.0");
});

test("the first fork that answers is the call; each other is acknowledged and ended (RFC 3261 §13.2.2.4)", () => {
  const both = two();
  const { world, alice, bob, toBob } = both;
  const others = byHand(both, (transaction) => {
    answerAs(transaction, 180, "one");
    answerAs(transaction, 180, "two");
    answerAs(transaction, 180, "three");
    answerAs(transaction, 200, "two", answered);
    world.clock.schedule(500, () => answerAs(transaction, 200, "one", answered));
    world.clock.schedule(900, () => answerAs(transaction, 200, "four", answered));
    world.clock.schedule(1_500, () => answerAs(transaction, 200, "one", answered));
  });
  alice.place(toBob);
  world.clock.pass(3_000);
  assert.deepEqual(alice.heard, ["180 early", "180 early", "180 early", "answered answer"]);
  assert.equal(alice.call?.dialog.id.remoteTag, "two");
  assert.deepEqual(tagsOf(bob.host.acks), ["two", "one", "four", "one"]);
  assert.deepEqual(tagsOf(others), ["one", "four"]);
  assert.deepEqual(others.map(lineOf), ["BYE", "BYE"]);
  assert.equal(others[0]?.uriText, "sip:one@192.0.2.2");
  assert.equal(alice.table.stats.calls, 1);
});

test("the ACK takes the route of its 2xx, with number and credentials of the INVITE (RFC 3261 §13.2.2.4)", () => {
  const both = two();
  const { world, alice, bob, toBob } = both;
  byHand(both, (transaction) => {
    answerAs(transaction, 180, "one", (edit) => {
      edit.set(RecordRoute, RecordRoute.read("<sip:old.test;lr>"));
    });
    answerAs(transaction, 200, "one", (edit) => {
      answered(edit);
      edit.set(RecordRoute, RecordRoute.read("<sip:p1.test;lr>, <sip:p2.test;lr>"));
    });
  });
  alice.place(toBob, "offer", {
    build: (edit) => edit.setText("Proxy-Authorization", 'Digest realm="x"'),
  });
  world.clock.pass(1_000);
  const ack = bob.host.acks[0] ?? assert.fail();
  assert.equal(ack.uriText, "sip:one@192.0.2.2");
  assert.equal(
    ack
      .get(Route)
      ?.map(({ uri }) => uri.kind === "sip" && uri.host)
      .join(),
    "p2.test,p1.test",
  );
  assert.deepEqual([ack.cseq.number, ack.has(ProxyAuthorization)], [1, true]);
});

test("a repeated 2xx gets the same ACK again (RFC 3261 §13.2.2.4)", () => {
  const both = two();
  const { world, alice, bob, toBob } = both;
  byHand(both, (transaction) => {
    for (const at of [0, 500, 1_500]) {
      world.clock.schedule(at, () => answerAs(transaction, 200, "one", answered));
    }
  });
  alice.place(toBob);
  world.clock.pass(3_000);
  assert.equal(bob.host.acks.length, 3);
  assert.deepEqual(alice.heard, ["answered answer"]);
});

test("CANCEL waits for a provisional answer (RFC 3261 §9.1)", () => {
  const both = two();
  const { world, alice, bob, toBob } = both;
  bob.invited = (incoming) => world.clock.schedule(150, () => incoming.ring());
  const outgoing = alice.place(toBob);
  outgoing.cancel();
  world.clock.pass(100);
  assert.equal(alice.sent.includes("CANCEL"), false);
  world.clock.pass(1_000);
  assert.equal(alice.sent.includes("CANCEL"), true);
  assert.deepEqual(alice.heard, ["failed: cancelled"]);
  noneLeft(alice);
  noneLeft(bob);
});

test("a 2xx that crosses the CANCEL is acknowledged and ended (RFC 3261 §9.1, §15)", () => {
  const both = two();
  const { world, alice, bob, toBob } = both;
  bob.invited = (incoming) => {
    incoming.ring();
    world.clock.schedule(500, () => incoming.accept({ body: sdp("answer") }));
  };
  const outgoing = alice.place(toBob);
  world.clock.pass(515); // the 2xx is on its way
  outgoing.cancel();
  world.clock.pass(100); // before the 2xx is repeated
  assert.deepEqual(alice.heard, ["180 early", "failed: cancelled"]);
  assert.deepEqual(bob.heard, ["acknowledged -", "ended by peer"]);
  noneLeft(alice);
  noneLeft(bob);
});

test("whoever gives up a call for a reason says it to the 2xx that crosses, too (RFC 3326 §2)", () => {
  const { world, alice, bob, toBob } = two();
  bob.invited = (incoming) => {
    incoming.ring();
    world.clock.schedule(500, () => incoming.accept({ body: sdp("answer") }));
  };
  const outgoing = alice.place(toBob);
  world.clock.pass(515);
  outgoing.cancel([{ value: "SIP", params: Params.of(["cause", "408"]) }]);
  outgoing.cancel(); // once more, by somebody who knows no reason
  world.clock.pass(100);
  assert.equal(alice.last("BYE").text("Reason"), "SIP;cause=408");
});

test("patience comes to an end, and the call is cancelled (RFC 3261 §9.1)", () => {
  const both = two();
  const { world, alice, bob, toBob } = both;
  bob.invited = (incoming) => incoming.ring();
  alice.place(toBob, "offer", { patienceMs: 20_000 });
  world.clock.pass(19_000);
  assert.deepEqual(alice.heard, ["180 early"]);
  world.clock.pass(2_000);
  assert.deepEqual(alice.heard, ["180 early", "failed: timeout"]);
  assert.deepEqual(bob.heard, ["cancelled by cancel"]);
  noneLeft(alice);
  noneLeft(bob);
});

test("a 2xx after the patience is no call any more (RFC 3261 §9.1, §15)", () => {
  const both = two();
  const { world, alice, bob, toBob } = both;
  bob.invited = (incoming) => {
    incoming.ring();
    world.clock.schedule(19_995, () => incoming.accept({ body: sdp("answer") }));
  };
  alice.place(toBob, "offer", { patienceMs: 20_010 });
  world.clock.pass(30_000);
  assert.deepEqual(alice.heard, ["180 early", "failed: timeout"]);
  assert.equal(bob.heard.at(-1), "ended by peer");
  noneLeft(alice);
});

test("nobody answers at all (RFC 3261 §17.1.1.2)", () => {
  const { world, alice, bob, toBob } = two();
  bob.host.deaf.add("UDP");
  alice.place(toBob);
  world.clock.pass(40_000);
  assert.deepEqual(alice.heard, ["failed: timeout"]);
  noneLeft(alice);
});

test("a place that cannot be reached fails the call (RFC 3261 §8.1.3.1)", () => {
  const { world, alice } = two();
  alice.place([]);
  world.clock.pass(1_000);
  assert.deepEqual(alice.heard, ["failed: unreachable"]);
  noneLeft(alice);
});

test("a 2xx without a contact makes no dialog, and no call", () => {
  const both = two();
  const { world, alice, toBob } = both;
  byHand(both, (transaction) => {
    answerAs(transaction, 200, "one", (edit) => edit.remove("Contact"));
  });
  alice.place(toBob);
  world.clock.pass(1_000);
  assert.deepEqual(alice.heard, ["failed: bad answer 200"]);
  noneLeft(alice);
});

test("redirections and refusals come whole to the owner (RFC 3261 §13.2.2.2, §13.2.2.3)", () => {
  for (const status of [302, 401, 486, 603]) {
    const both = two();
    const { world, alice, toBob } = both;
    byHand(both, (transaction) => transaction.reply(status));
    alice.place(toBob);
    world.clock.pass(1_000);
    assert.deepEqual(alice.heard, [`failed: refused ${status}`]);
    noneLeft(alice);
  }
});

test("reliable provisional answers are acknowledged in order, in the dialog of their fork (RFC 3262 §4)", () => {
  const both = two();
  const { world, alice, toBob } = both;
  const pracks = byHand(both, (transaction) => {
    answerAs(transaction, 183, "one", reliable(7));
    answerAs(transaction, 183, "two", reliable(70));
    answerAs(transaction, 183, "one", reliable(7)); // repeated
    answerAs(transaction, 180, "one", reliable(9)); // out of order
    answerAs(transaction, 180, "one", reliable(8));
    answerAs(transaction, 180, "one", (edit) => edit.set(Require, ["100rel"])); // without a number
  });
  alice.place(toBob);
  world.clock.pass(100);
  assert.deepEqual(
    pracks.map((prack) => [prack.to.params.get("tag"), prack.text(RAck), prack.cseq.number]),
    [
      ["one", "7 1 INVITE", 2],
      ["two", "70 1 INVITE", 2],
      ["one", "8 1 INVITE", 3],
    ],
  );
  assert.deepEqual(alice.heard, ["183 early", "183 early", "180 early"]);
});

test("a peer that makes more forks than anybody tries is heard of no more than so often", () => {
  const both = two();
  const { world, alice, toBob } = both;
  byHand(both, (transaction) => {
    for (let fork = 0; fork < 100; fork += 1) answerAs(transaction, 180, `fork${fork}`);
  });
  alice.place(toBob);
  world.clock.pass(100);
  assert.equal(alice.table.stats.calls, 16);
});

test("a fork beyond those is the call all the same if it answers (RFC 3261 §13.2.2.4)", () => {
  const both = two();
  const { world, alice, bob, toBob } = both;
  byHand(both, (transaction) => {
    for (let fork = 0; fork < 20; fork += 1) answerAs(transaction, 180, `fork${fork}`);
    for (let fork = 19; fork >= 0; fork -= 1) answerAs(transaction, 200, `fork${fork}`, answered);
  });
  alice.place(toBob);
  world.clock.pass(100);
  assert.equal(alice.call?.dialog.id.remoteTag, "fork19");
  assert.equal(bob.host.acks.length, 16);
  assert.equal(alice.table.stats.calls, 1);
});

test("an early call of ours is ended by CANCEL (RFC 3261 §15)", () => {
  const both = two();
  const { world, alice, bob, toBob } = both;
  bob.invited = (incoming) => incoming.ring();
  alice.progress = (_response, early) => early?.end();
  alice.place(toBob);
  world.clock.pass(1_000);
  assert.deepEqual(alice.heard, ["failed: cancelled"]);
  assert.deepEqual(bob.heard, ["cancelled by cancel"]);
});

/** An outlet that has every INVITE challenged once, as one that answers challenges does it. */
function challenged(side: Side): CallOutlet {
  return {
    send: (request, to) => side.host.endpoint.send(request, to),
    request: (request, to, asker) => {
      const again = request
        .edit()
        .setText("CSeq", `${asker.nextNumber()} ${request.method}`)
        .setText("Proxy-Authorization", 'Digest realm="x"')
        .done();
      const told: CallAsker = {
        response: (response) => asker.response(response, { request: again, to }),
        timeout: () => asker.timeout(),
        failed: (why) => asker.failed(why),
        nextNumber: () => asker.nextNumber(),
      };
      return side.host.endpoint.request(again, to, told);
    },
  };
}

test("an outlet that answers challenges takes its numbers from the call, and its credentials go into the ACK (RFC 3261 §22.2, §13.2.2.4)", async () => {
  const { world, alice, bob, toBob } = two();
  bob.invited = (incoming) => incoming.accept({ body: sdp("answer") });
  alice.place(toBob, "offer", { outlet: challenged(alice) });
  world.clock.pass(1_000);
  const ack = bob.host.acks[0] ?? assert.fail();
  assert.deepEqual([ack.cseq.number, ack.has(ProxyAuthorization)], [2, true]);
  const sent = alice.call?.request("INFO");
  world.clock.pass(1_000);
  await sent;
  assert.equal(alice.last("INFO").cseq.number, 3);
});

test("numbers that an outlet chose for itself are used up all the same (RFC 3261 §12.2.1.1)", () => {
  const { world, alice, bob, toBob } = two({ sessionTimer: { minimumS: 300, usualS: 1_800 } });
  bob.invited = (incoming) => incoming.accept({ body: sdp("answer") });
  alice.place(toBob, "offer", {
    build: (edit) => edit.set(SessionExpires, SessionExpires.read("100")),
    outlet: {
      send: (ack, to) => alice.host.endpoint.send(ack, to),
      request: (request, to, asker) => {
        const number = request.cseq.number + 10;
        const again = request.edit().set(CSeq, { number, method: request.method }).done();
        return alice.host.endpoint.request(again, to, {
          response: (response) => asker.response(response, { request: again, to }),
          timeout: () => asker.timeout(),
          failed: (why) => asker.failed(why),
        });
      },
    },
  });
  world.clock.pass(1_000);
  assert.equal(alice.last("INVITE").cseq.number, 22); // 1 + 10, and after the 422 12 + 10
  void alice.call?.request("INFO");
  world.clock.pass(1_000);
  assert.equal(alice.last("INFO").cseq.number, 23);
});

test("an outlet may answer before it returns, and the call be cancelled there", () => {
  const { world, alice, bob, toBob } = two();
  let cancelled = 0;
  alice.progress = (_response, early) => early?.end();
  const { request } = alice.place([]);
  const ringing = makeResponse(request, 180, undefined, (edit) => {
    edit.set(Contact, [bob.face.contact]);
    edit.set(To, { ...request.to, params: request.to.params.with("tag", "b1") });
  });
  alice.place(toBob, "offer", {
    outlet: {
      send() {},
      request: (_request, _to, asker) => {
        asker.response(ringing);
        return { cancel: () => (cancelled += 1) };
      },
    },
  });
  world.clock.pass(100);
  assert.equal(cancelled, 1);
});
