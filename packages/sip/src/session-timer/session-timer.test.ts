import assert from "node:assert/strict";
import { test } from "node:test";
import { MinSE, SessionExpires } from "../message/index.ts";
import { afterFailedRefresh, timerDeadline } from "./deadlines.ts";
import {
  acceptedTimer,
  judgeSessionTimer,
  minSEAfter422,
  offerSessionTimer,
  TIMER_POLICY,
  type TimerPolicy,
} from "./negotiate.ts";

interface Ask {
  readonly se?: string;
  readonly min?: string;
  readonly supported?: boolean;
}

function judge({ se, min, supported = true }: Ask, policy: TimerPolicy = TIMER_POLICY): string {
  const verdict = judgeSessionTimer(
    {
      supported,
      sessionExpires: se === undefined ? undefined : SessionExpires.read(se),
      minSE: min === undefined ? undefined : MinSE.read(min),
    },
    policy,
  );
  if (verdict.do === "refuse") return `${verdict.status} ${verdict.minSE}`;
  const { intervalS, refresher } = verdict.timer;
  return `${intervalS} ${refresher}${verdict.requireTimer ? " required" : ""}`;
}

test("the refresher follows table 2 of RFC 4028 §9", () => {
  assert.equal(judge({ se: "1800", supported: false }), "1800 uas");
  assert.equal(judge({ se: "1800" }), "1800 uac required");
  assert.equal(judge({ se: "1800;refresher=uac" }), "1800 uac required");
  assert.equal(judge({ se: "1800;refresher=uas" }), "1800 uas");
  assert.equal(judge({}), "1800 uac required");
  assert.throws(() => judge({ se: "1800;refresher=me" }), { name: "FormatError" });
});

test("an interval is never raised above what was asked nor lowered below Min-SE (RFC 4028 §9)", () => {
  assert.equal(judge({ se: "600" }), "600 uac required");
  assert.equal(judge({ se: "7200" }), "1800 uac required");
  assert.equal(judge({ se: "7200", min: "3600" }), "3600 uac required");
  assert.equal(judge({ min: "3600" }), "3600 uac required");
});

test("too small an interval gets 422 with Min-SE, unless the caller would not understand it", () => {
  const policy = { minimumS: 300, usualS: 1_800 };
  assert.equal(judge({ se: "299" }, policy), "422 300");
  assert.equal(judge({ se: "89" }), "422 90");
  assert.equal(judge({ se: "60", supported: false }), "90 uas");
});

function offer(of: Parameters<typeof offerSessionTimer>[0]): string {
  const { sessionExpires, minSE } = offerSessionTimer(of);
  const min = minSE === undefined ? "" : ` min ${minSE.seconds}`;
  return `${SessionExpires.write(sessionExpires).join()}${min}`;
}

test("a request asks for the running interval, the largest Min-SE and the same refresher (§7.4)", () => {
  const first = { current: undefined, weRefresh: true, largestMinSE: undefined };
  assert.equal(offer(first), "1800;refresher=uac");
  assert.equal(offer({ ...first, largestMinSE: 2_400 }), "2400;refresher=uac min 2400");
  const current = { intervalS: 600, refresher: "uas" } as const;
  assert.equal(offer({ current, weRefresh: false, largestMinSE: 90 }), "600;refresher=uas min 90");
});

test("the 2xx decides: its interval, its refresher, or no timer at all (§7.2)", () => {
  const offered = SessionExpires.read("1800");
  const answered = (text: string | undefined, weInsist: boolean) =>
    acceptedTimer(offered, {
      sessionExpires: text === undefined ? undefined : SessionExpires.read(text),
      weInsist,
    });
  assert.deepEqual(answered("600;refresher=uas", false), { intervalS: 600, refresher: "uas" });
  assert.deepEqual(answered("5", false), { intervalS: 90, refresher: "uac" });
  assert.equal(answered(undefined, false), undefined);
  assert.deepEqual(answered(undefined, true), { intervalS: 1_800, refresher: "uac" });
});

test("422 is tried again with a larger Min-SE, never in a circle (§7.3)", () => {
  assert.equal(minSEAfter422(MinSE.read("300"), undefined), 300);
  assert.equal(minSEAfter422(MinSE.read("300"), 300), undefined);
  assert.equal(minSEAfter422(undefined, undefined), undefined);
});

test("refresh at half time, give up shortly before the end (§10)", () => {
  const timer = { intervalS: 1_800, refresher: "uac" } as const;
  assert.deepEqual(timerDeadline(timer, true, 0), { do: "refresh", at: 900_000 });
  assert.deepEqual(timerDeadline(timer, false, 0), { do: "send BYE", at: 1_768_000 });
  const short = { intervalS: 90, refresher: "uac" } as const;
  assert.deepEqual(timerDeadline(short, false, 0), { do: "send BYE", at: 60_000 });
});

test("only a refresh that met nobody ends the session (§10)", () => {
  assert.deepEqual([undefined, 408, 481].map(afterFailedRefresh), ["end", "end", "end"]);
  assert.deepEqual([422, 491, 500].map(afterFailedRefresh), ["longer", "wait", "wait"]);
});
