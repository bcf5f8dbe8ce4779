/**
 * How fast MSRP frames are read, sent on under other paths, and answered: what a switch does with each of
 * them. Beside it a scan of the same octets that does nothing but look at each of them once.
 *
 *   node bench/msrp-frame.ts [--json]
 */
import {
  frameLimits,
  type MsrpFrame,
  MsrpFramer,
  MsrpRequest,
  MsrpWriter,
  parseMsrp,
  pathLines,
  sessionIdOf,
} from "@parlance/msrp";
import { concatBytes, utf8Bytes } from "@parlance/wire";
import { type Figure, report } from "./lib/report.ts";

const ROUNDS = 7;
const FRAMES_A_ROUND = 200_000;
/** As many as one read of a busy socket holds. */
const FRAMES_A_READ = 100;
const BODY_BYTES = 300;
const LARGE_BYTES = 16 * 1024 * 1024;

const alice = "msrp://192.0.2.10:7654/jshA7weTQ3kd92Lq;tcp";
const switchToAlice = "msrp://im.parlance.test:2855/s7f31kQ0aZ9xLm42;tcp";
const bob = "msrp://192.0.2.77:49154/9di4eae923wzdPw1;tcp";
const switchToBob = "msrp://im.parlance.test:2855/u3Vn81mXc0QeRt5y;tcp";
const fromAlice = pathLines(switchToAlice, alice);
const toBob = pathLines(bob, switchToBob);
const toAlice = pathLines(alice, switchToAlice);
const fromBob = pathLines(switchToBob, bob);

const writer = new MsrpWriter();
const send = writer.request({
  transactionId: "a786hjs2Kd83mQx0",
  method: "SEND",
  paths: fromAlice,
  headers: [
    ["Message-ID", "87652491Kd83mQx0"],
    ["Byte-Range", `1-${BODY_BYTES}/${BODY_BYTES}`],
    ["Success-Report", "yes"],
    ["Failure-Report", "yes"],
    ["Content-Type", "message/cpim"],
  ],
  body: utf8Bytes("Shall we meet at the station at noon? ".repeat(20).slice(0, BODY_BYTES)),
});
const ok = writer.plainResponse("a786hjs2Kd83mQx0", 200, fromBob);
const readOfSends = concatBytes(...Array.from({ length: FRAMES_A_READ }, () => send));
const readOfResponses = concatBytes(...Array.from({ length: FRAMES_A_READ }, () => ok));

/** What both ends of a relayed message touch, so that nothing is optimised away. */
let used = 0;
const sessions = new Map([
  [sessionIdOf(switchToAlice), toBob],
  [sessionIdOf(switchToBob), toAlice],
]);
const waiting = new Map<string, { readonly back: typeof toAlice }>();

const sink = { head: nothing, body: nothing, end: nothing, broken: nothing };
const onlyRead = new MsrpFramer({
  ...sink,
  frame: (frame) => {
    used += frame.transactionId.length;
  },
});
const relay = new MsrpFramer({ ...sink, frame: relayFrame });
const relayAndAnswer = new MsrpFramer({ ...sink, frame: relayAndAnswerFrame });

/** One leg in, another out, found by the session id and the transaction id. */
function relayFrame(frame: MsrpFrame): void {
  if (!(frame instanceof MsrpRequest)) {
    const transaction = waiting.get(frame.transactionId);
    if (transaction === undefined) return;
    used += writer.plainResponse(frame.transactionId, frame.status, transaction.back).length;
    return;
  }
  const paths = sessions.get(sessionIdOf(frame.toPath));
  if (paths === undefined) throw new Error("no such session");
  waiting.set(frame.transactionId, { back: toAlice });
  used += writer.readdress(frame, paths).length;
}

function relayAndAnswerFrame(frame: MsrpFrame): void {
  relayFrame(frame);
  used += writer.plainResponse(frame.transactionId, 200, toAlice).length;
}

function scan(bytes: Uint8Array): void {
  let lines = 0;
  for (let at = 0; at < bytes.length; at += 1) if (bytes[at] === 10) lines += 1;
  used += lines;
}

const large = writer.request({
  transactionId: "large7862Kd83mQx",
  method: "SEND",
  paths: fromAlice,
  headers: [
    ["Message-ID", "large7862"],
    ["Byte-Range", "1-*/*"],
    ["Content-Type", "application/octet-stream"],
  ],
  body: Uint8Array.from({ length: LARGE_BYTES }, (_, at) => (at * 2_654_435_761) >>> 24),
});

function streamLarge(): void {
  const framer = new MsrpFramer(
    {
      ...sink,
      frame: nothing,
      body: (piece) => {
        used += piece.length;
      },
    },
    frameLimits,
  );
  for (let at = 0; at < large.length; at += 65_536) framer.push(large.subarray(at, at + 65_536));
}

/** A second of processor time; the best of some rounds, since what disturbs a machine only makes it slower. */
function perSecond(count: number, work: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(start);
    best = Math.min(best, (user + system) / 1000);
  }
  if (used === 0) throw new Error("the work gave nothing");
  return Math.round((count / best) * 1000);
}

function frames(work: () => void): number {
  return perSecond(FRAMES_A_ROUND, () => {
    for (let done = 0; done < FRAMES_A_ROUND; done += FRAMES_A_READ) work();
  });
}

const scanned = {
  of: "a scan of the same octets",
  value: frames(() => scan(readOfSends)),
};
const unit = "frames/s";
const megabytes = LARGE_BYTES / 1e6;
const figures: readonly Figure[] = [
  {
    figure: "SEND: read, readdress, answer",
    unit,
    value: frames(() => relayAndAnswer.push(readOfSends)),
    wanted: 250_000,
    reference: scanned,
  },
  {
    figure: "SEND: read",
    unit,
    value: frames(() => onlyRead.push(readOfSends)),
    reference: scanned,
  },
  {
    figure: "SEND: read, readdress",
    unit,
    value: frames(() => relay.push(readOfSends)),
    reference: scanned,
  },
  {
    figure: "response: read, match, write back",
    unit,
    value: frames(() => relay.push(readOfResponses)),
    reference: { of: scanned.of, value: frames(() => scan(readOfResponses)) },
  },
  {
    figure: "SEND: read alone, as over WebSocket",
    unit,
    value: frames(() => {
      for (let count = 0; count < FRAMES_A_READ; count += 1) {
        const parsed = parseMsrp(send);
        if (parsed.ok) used += parsed.value.transactionId.length;
      }
    }),
    reference: scanned,
  },
  {
    figure: "one chunk of 16 MiB, streamed",
    unit: "MB/s",
    value: perSecond(megabytes, streamLarge),
    reference: { of: scanned.of, value: perSecond(megabytes, () => scan(large)) },
  },
];
report(
  "msrp-frame",
  figures,
  [{ "octets of a SEND": send.length, "of a response": ok.length }],
  process.argv.includes("--json"),
);

function nothing(): void {}
