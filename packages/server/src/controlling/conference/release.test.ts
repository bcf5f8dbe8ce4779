/** The clock of a session: what ends it, and when. Clause 16.6, IM-7.2.2.5-01 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { HandClock } from "../../testing/clock.ts";
import { configuredGroup } from "../configured-groups.ts";
import { hostedGroup } from "../hosted-group.ts";
import type { ConferenceKind } from "./model.ts";
import type { Participant } from "./participant.ts";
import { CONFERENCE_TIMES } from "./ports.ts";
import { type Releasable, Release } from "./release.ts";

const HOUR = 3_600_000;
const team = configuredGroup({ name: "team", members: ["alice", "bob"] }, "example.com");

/** A session as its clock sees it: so many are in. */
class Session implements Releasable {
  readonly clock = new HandClock();
  readonly kind: ConferenceKind;
  readonly group: Releasable["group"];
  readonly startedAt = this.clock.now();
  readonly inviting = { pending: 0, round: undefined };
  readonly said: string[] = [];
  over = false;
  present: readonly Participant[] = [];
  readonly release: Release;

  constructor(kind: ConferenceKind = "ad-hoc", group?: Releasable["group"]) {
    this.kind = kind;
    this.group = group;
    this.release = new Release(this, this.clock, CONFERENCE_TIMES);
  }

  /** So many are in from now on. */
  hold(count: number): this {
    const one = { rights: { keyParticipant: false } } as unknown as Participant;
    this.present = Array.from({ length: count }, () => one);
    this.release.judge();
    return this;
  }

  closesSoon(): void {
    this.said.push("closes soon");
  }

  awaitNoMore(): void {
    this.said.push("awaits nobody");
  }

  end(text: string): void {
    this.said.push(text);
    this.over = true;
    this.release.stop();
  }
}

test("whoever is alone has half a minute for somebody to come back", async () => {
  const session = new Session().hold(2).hold(1);
  await session.clock.pass(29_000);
  session.hold(2);
  await session.clock.pass(60_000);
  assert.deepEqual(session.said, []);
  session.hold(1);
  await session.clock.pass(31_000);
  assert.deepEqual(session.said, ["no other participants"]);
});

test("four hours without a word end it, counted from the last one (T-idle)", async () => {
  const session = new Session("chat room", team).hold(2);
  await session.clock.pass(3 * HOUR);
  session.release.somebodySpoke();
  await session.clock.pass(4 * HOUR - 1);
  assert.equal(session.over, false);
  await session.clock.pass(1);
  assert.deepEqual(session.said, ["nothing has been said for too long"]);
});

test("after a restart nobody need be there for a while", async () => {
  const session = new Session("chat room", team);
  session.release.awaitReturn();
  session.hold(0);
  await session.clock.pass(CONFERENCE_TIMES.returnMs - 1);
  assert.equal(session.over, false);
  await session.clock.pass(1);
  assert.deepEqual(session.said, ["awaits nobody", "session ended"]);
});

test("a group says how long its sessions last, and all are told five minutes before", async () => {
  const activity = {
    mustUnderstand: false,
    maxDurationSeconds: 3_600,
    requiredParticipants: [],
    minParticipants: undefined,
    schedule: [],
  };
  const document = { ...team.document.group, activity };
  const session = new Session("pre-defined", hostedGroup(document)).hold(2);
  await session.clock.pass(HOUR - 300_001);
  assert.deepEqual(session.said, []);
  await session.clock.pass(1);
  assert.deepEqual(session.said, ["closes soon"]);
  await session.clock.pass(300_000);
  assert.deepEqual(session.said, ["closes soon", "session time over"]);
  assert.equal(session.clock.scheduled, 0);
});
