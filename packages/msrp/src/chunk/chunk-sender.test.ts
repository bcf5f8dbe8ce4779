/** How messages leave: cut, side by side, within the window, and what their sender hears. RFC 4975 §7.1.1, §7.3.2 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { concatBytes, utf8Bytes, Wheel } from "@parlance/wire";
import { SeededRandom } from "../../../testkit/src/machine/seeded-random.ts";
import { VirtualClock } from "../../../testkit/src/machine/virtual-clock.ts";
import {
  MsrpRequest,
  MsrpResponse,
  MsrpWriter,
  parseMsrp,
  pathLines,
  readReport,
  readSend,
} from "../frame/index.ts";
import {
  ChunkSender,
  type MessageSource,
  type OutgoingMessage,
  type SendFailure,
  type Sending,
  type SendLimits,
  sendLimits,
  streamSource,
} from "./index.ts";

const paths = pathLines("msrp://a.test:2855/to1;tcp", "msrp://b.test:7000/from1;tcp");
const writer = new MsrpWriter();

/** A sender, what it was told about its messages, and what it wrote. */
class Bench {
  readonly clock = new VirtualClock();
  readonly heard: string[] = [];
  wakes = 0;
  readonly sender: ChunkSender;

  constructor(limits: Partial<SendLimits> = {}) {
    this.sender = new ChunkSender(
      {
        writer,
        random: new SeededRandom(7),
        wheel: new Wheel(this.clock),
        wake: () => {
          this.wakes += 1;
        },
      },
      { ...sendLimits, ...limits },
    );
  }

  send(
    name: string,
    content: OutgoingMessage["content"],
    more: Partial<OutgoingMessage> = {},
  ): Sending {
    const message = { messageId: name, contentType: "text/plain", content, ...more };
    return this.sender.send(message, {
      progress: (confirmed, size) => this.heard.push(`${name} ${confirmed}/${size}`),
      accepted: () => this.heard.push(`${name} accepted`),
      delivered: () => this.heard.push(`${name} delivered`),
      unreported: () => this.heard.push(`${name} unreported`),
      failed: (failure) => this.heard.push(`${name} ${failureText(failure)}`),
    });
  }

  /** Takes up to so many frames. */
  take(most = 1000): readonly MsrpRequest[] {
    const frames: MsrpRequest[] = [];
    while (frames.length < most) {
      const bytes = this.sender.next(paths);
      if (bytes === undefined) break;
      const parsed = parseMsrp(bytes);
      assert.ok(parsed.ok && parsed.value instanceof MsrpRequest);
      assert.ok(readSend(parsed.value).ok);
      frames.push(parsed.value);
    }
    return frames;
  }

  answer(frames: readonly MsrpRequest[], status = 200): void {
    for (const { transactionId } of frames) {
      const parsed = parseMsrp(writer.plainResponse(transactionId, status, paths));
      assert.ok(parsed.ok && parsed.value instanceof MsrpResponse);
      assert.ok(this.sender.answered(parsed.value));
    }
  }

  report(messageId: string, range: string | undefined, status = "000 200 OK"): void {
    const headers = [
      ["Message-ID", messageId],
      ...(range === undefined ? [] : [["Byte-Range", range]]),
      ["Status", status],
    ].map(([name = "", value = ""]) => [name, value] as const);
    const parsed = parseMsrp(
      writer.request({ transactionId: "report12", method: "REPORT", paths, headers }),
    );
    assert.ok(parsed.ok && parsed.value instanceof MsrpRequest);
    const facts = readReport(parsed.value);
    assert.ok(facts.ok);
    this.sender.reported(facts.value);
  }

  /** What was heard since the last time. */
  news(): readonly string[] {
    return this.heard.splice(0);
  }
}

function failureText({ why, status, reported }: SendFailure): string {
  return [why, status, reported ? "by report" : undefined]
    .filter((each) => each !== undefined)
    .join(" ");
}

function summary(frames: readonly MsrpRequest[]): readonly string[] {
  return frames.map(({ messageId, byteRange, flag }) => `${messageId} ${byteRange} ${flag}`);
}

const upTo4000 = (offset: number, most: number) => octets(Math.min(most, 4000 - offset));
const octets = (count: number) => Uint8Array.from({ length: count }, (_, at) => at % 251);

test("a small message is one chunk with all that is to be said of it (RFC 4975 §7.1.1)", () => {
  const bench = new Bench();
  bench.send("m1", utf8Bytes("hello"), {
    headers: [["Content-Disposition", "attachment"]],
    successReport: true,
    failureReport: "yes",
  });
  const [frame] = bench.take();
  assert.deepEqual(
    [...(frame?.headers() ?? [])],
    [
      ["To-Path", paths.toPath],
      ["From-Path", paths.fromPath],
      ["Message-ID", "m1"],
      ["Byte-Range", "1-5/5"],
      ["Success-Report", "yes"],
      ["Failure-Report", "yes"],
      ["Content-Disposition", "attachment"],
      ["Content-Type", "text/plain"],
    ],
  );
  assert.deepEqual(frame?.body, utf8Bytes("hello"));
  assert.equal(frame?.flag, "$");
});

test("an empty message still has a range that begins with one (RFC 4975 §7.1.1)", () => {
  const bench = new Bench();
  bench.send("m1", new Uint8Array(0));
  assert.deepEqual(summary(bench.take()), ["m1 1-0/0 $"]);
});

test("a message is cut into chunks of 2,048 octets that together are the message (RFC 4975 §7.1.1)", () => {
  const bench = new Bench();
  const content = octets(5000);
  bench.send("m1", content);
  const frames = bench.take();
  assert.deepEqual(summary(frames), [
    "m1 1-2048/5000 +",
    "m1 2049-4096/5000 +",
    "m1 4097-5000/5000 $",
  ]);
  assert.deepEqual(concatBytes(...frames.map(({ body }) => body ?? octets(0))), content);
});

test("a larger chunk says that it may be interrupted (RFC 4975 §7.1.1)", () => {
  const bench = new Bench();
  bench.send("m1", octets(20_000), { chunkBytes: 16_384 });
  assert.deepEqual(summary(bench.take()), ["m1 1-*/20000 +", "m1 16385-*/20000 $"]);
});

test("for peers that cannot put two together a message is one chunk, whatever its size", () => {
  const bench = new Bench({ wholeBytes: 100_000 });
  bench.send("m1", octets(100_000), { whole: true });
  assert.deepEqual(summary(bench.take()), ["m1 1-*/100000 $"]);
});

test("what such a peer could not take is refused, known beforehand or not", async () => {
  const bench = new Bench({ wholeBytes: 1000 });
  bench.send("m1", octets(1001), { whole: true });
  bench.send("m2", streamSource(pieces(600, 2), undefined), { whole: true });
  assert.deepEqual(bench.news(), []);
  for (let turn = 0; turn < 5; turn += 1) {
    assert.deepEqual(bench.take(), []);
    await bench.clock.run(1);
  }
  assert.deepEqual(bench.news(), ["m1 too large", "m2 too large"]);
});

test("a source of unknown size is sent to its end, and its total stays unknown (RFC 4975 §7.1.1)", async () => {
  const bench = new Bench();
  bench.send("m1", streamSource(pieces(1024, 4), undefined));
  const frames: MsrpRequest[] = [];
  for (let turn = 0; turn < 20; turn += 1) {
    frames.push(...bench.take());
    await bench.clock.settle();
  }
  assert.deepEqual(summary(frames), ["m1 1-2048/* +", "m1 2049-4096/* $"]);
  assert.ok(bench.wakes > 0);
});

test("a large message never keeps a small one waiting, and large ones take turns (RFC 4975 §7.1.1)", () => {
  const bench = new Bench();
  bench.send("large1", octets(20_000));
  bench.send("large2", octets(20_000));
  assert.deepEqual(summary(bench.take(3)), [
    "large1 1-2048/20000 +",
    "large2 1-2048/20000 +",
    "large1 2049-4096/20000 +",
  ]);
  bench.send("small1", octets(10));
  bench.send("small2", octets(10));
  assert.deepEqual(summary(bench.take(5)), [
    "small1 1-10/10 $",
    "large2 2049-4096/20000 +",
    "small2 1-10/10 $",
    "large1 4097-6144/20000 +",
    "large2 4097-6144/20000 +",
  ]);
});

test("small ones leave in the order in which they came", () => {
  const bench = new Bench();
  for (const name of ["a", "b", "c", "d"]) bench.send(name, octets(10));
  assert.deepEqual(
    bench.take().map(({ messageId }) => messageId),
    ["a", "b", "c", "d"],
  );
});

test("no more large messages are begun at a time than a receiver puts together", () => {
  const bench = new Bench({ openMessages: 2 });
  for (const name of ["a", "b", "c"]) bench.send(name, octets(5000));
  const order = bench.take().map(({ messageId }) => messageId);
  assert.equal(order.slice(0, order.indexOf("c")).filter((each) => each === "a").length, 3);
});

test("a large message runs ahead of its answers by the window and no further, small ones pass it", () => {
  const bench = new Bench({ windowBytes: 4096 });
  bench.send("large", octets(20_000));
  const first = bench.take();
  assert.equal(first.length, 2);
  bench.send("small", octets(10));
  assert.deepEqual(summary(bench.take()), ["small 1-10/10 $"]);
  bench.answer(first.slice(0, 1));
  assert.deepEqual(summary(bench.take()), ["large 4097-6144/20000 +"]);
});

test("accepted when every chunk is answered; progress is what is confirmed from the start on", () => {
  const bench = new Bench();
  bench.send("m1", octets(5000));
  const [first, second, third] = bench.take();
  assert.ok(first && second && third);
  assert.deepEqual(bench.news(), []);
  bench.answer([second]);
  assert.deepEqual(bench.news(), []);
  bench.answer([first]);
  assert.deepEqual(bench.news(), ["m1 4096/5000"]);
  bench.answer([third]);
  assert.deepEqual(bench.news(), ["m1 5000/5000", "m1 accepted"]);
});

test("without answers it is accepted when it is written; with partial ones too, after their time (RFC 4975 §5.3)", async () => {
  const bench = new Bench();
  bench.send("no", octets(10), { failureReport: "no" });
  bench.send("partial", octets(10), { failureReport: "partial" });
  bench.take();
  assert.deepEqual(bench.news(), ["no 10/10", "no accepted"]);
  await bench.clock.run(30_000);
  assert.deepEqual(bench.news(), ["partial 10/10", "partial accepted"]);
});

test("a chunk that is not answered in 30 s has failed (RFC 4975 §7.1.1)", async () => {
  const bench = new Bench();
  bench.send("m1", octets(10));
  bench.take();
  await bench.clock.run(29_999);
  assert.deepEqual(bench.news(), []);
  await bench.clock.run(1);
  assert.deepEqual(bench.news(), ["m1 no answer 408"]);
});

test("a refused chunk ends its message: of it nothing is sent but that it has ended, with # (RFC 4975 §7.1, §7.3.2, §10.5)", () => {
  const bench = new Bench({ windowBytes: 2048 });
  bench.send("m1", octets(9000));
  bench.answer(bench.take(), 413);
  assert.deepEqual(bench.news(), ["m1 refused 413"]);
  assert.deepEqual(summary(bench.take()), ["m1 2049-*/9000 #"]);
  assert.equal(bench.sender.waiting, 0);
  bench.send("m2", octets(9000));
  bench.take();
  bench.report("m2", "1-2048/9000", "000 413 too much");
  assert.deepEqual(summary(bench.take()), ["m2 2049-*/9000 #"]);
  bench.send("gone", octets(9000));
  bench.answer(bench.take(), 481); // there is no session that it could be said in
  bench.send("whole", octets(9000), { chunkBytes: 9000 });
  bench.answer(bench.take(), 413); // nothing of it is missing
  assert.deepEqual(bench.take(), []);
});

test("delivered when the reported ranges cover the message, in any order and overlapping (RFC 4975 §7.1.3)", () => {
  const bench = new Bench();
  bench.send("m1", octets(5000), { successReport: true });
  bench.answer(bench.take());
  bench.news();
  bench.report("m1", "2049-5000/5000");
  bench.report("m1", "1-1000/5000");
  assert.deepEqual(bench.news(), []);
  bench.report("m1", "900-2048/5000");
  assert.deepEqual(bench.news(), ["m1 delivered"]);
});

test("a report may overtake the answer, say no range, or count characters", () => {
  const bench = new Bench();
  for (const name of ["a", "b", "c"]) bench.send(name, octets(50), { successReport: true });
  bench.answer(bench.take().slice(1));
  bench.news();
  bench.report("a", "1-50/50");
  bench.report("b", undefined);
  bench.report("c", "1-31/31");
  assert.deepEqual(bench.news(), ["a accepted", "a delivered", "b delivered", "c delivered"]);
});

test("a report that says where it begins and not where it ends is about a whole message of one chunk, and about nothing of others", () => {
  const bench = new Bench();
  bench.send("one", octets(50), { successReport: true });
  bench.send("many", octets(5000), { successReport: true });
  bench.answer(bench.take());
  bench.news();
  bench.report("one", "1-*/50");
  bench.report("many", "1-*/5000"); // it may be about the first chunk
  assert.deepEqual(bench.news(), ["one delivered"]);
  bench.report("many", "1-5000/5000");
  assert.deepEqual(bench.news(), ["many delivered"]);
});

test("a report that does not come leaves the message unreported; one for nothing is ignored (RFC 4975 §7.1.1, §7.1.2)", async () => {
  const bench = new Bench();
  bench.send("m1", octets(50), { successReport: true });
  bench.answer(bench.take());
  bench.report("other", "1-50/50");
  bench.report("m1", "1-50/50", "001 200 OK");
  await bench.clock.run(60_000);
  bench.report("m1", "1-50/50");
  assert.deepEqual(bench.news(), ["m1 50/50", "m1 accepted", "m1 unreported"]);
});

test("a failure report fails the message, accepted or not (RFC 4975 §7.1.4)", () => {
  const bench = new Bench();
  bench.send("m1", octets(50));
  bench.answer(bench.take());
  bench.report("m1", "1-50/50", "000 415 no");
  assert.deepEqual(bench.news(), ["m1 50/50", "m1 accepted", "m1 refused 415 by report"]);
});

test("calling off: before the first chunk nothing is sent, in the middle a chunk with # (RFC 4975 §7.1)", () => {
  const bench = new Bench();
  const early = bench.send("early", octets(10));
  early.abort();
  assert.deepEqual(bench.take(), []);
  const middle = bench.send("middle", octets(9000));
  bench.take(2);
  middle.abort();
  assert.deepEqual(summary(bench.take()), ["middle 4097-*/9000 #"]);
  const late = bench.send("late", octets(10));
  bench.answer(bench.take());
  late.abort();
  assert.deepEqual(bench.news(), [
    "early aborted",
    "middle aborted",
    "late 10/10",
    "late accepted",
  ]);
});

test("a source that fails, ends early or gives too much ends its message with #", async () => {
  const broken: MessageSource = {
    sizeBytes: 9000,
    read: (offset, most) =>
      offset < 4000 ? upTo4000(offset, most) : Promise.reject(new Error("disk")),
  };
  const short: MessageSource = {
    sizeBytes: 9000,
    read: (offset, most) => (offset < 4000 ? upTo4000(offset, most) : undefined),
  };
  const greedy: MessageSource = { sizeBytes: 9000, read: (_, most) => octets(most + 1) };
  for (const [source, begun] of [
    [broken, true],
    [short, true],
    [greedy, false],
  ] as const) {
    const bench = new Bench();
    bench.send("m1", source);
    const frames = [...bench.take()];
    await bench.clock.settle();
    frames.push(...bench.take());
    assert.equal(frames.at(-1)?.flag, begun ? "#" : undefined);
    assert.deepEqual(bench.news(), ["m1 source failed"]);
  }
});

test("too many waiting messages are refused, later and not from within the call", async () => {
  const bench = new Bench({ messages: 2 });
  for (const name of ["a", "b", "c"]) bench.send(name, octets(10));
  assert.deepEqual(bench.news(), []);
  await bench.clock.run(0);
  assert.deepEqual(bench.news(), ["c too many"]);
});

test("no more messages are kept for their reports than the limit", () => {
  const bench = new Bench({ awaitedReports: 2 });
  for (const name of ["a", "b", "c"]) bench.send(name, octets(10), { successReport: true });
  bench.answer(bench.take());
  assert.deepEqual(
    bench.news().filter((each) => each.endsWith("unreported")),
    ["a unreported"],
  );
});

test("after a lost connection what was not confirmed is sent again under the same Message-ID (RFC 4975 §5.4)", () => {
  const bench = new Bench();
  bench.send("through", octets(10), { successReport: true });
  bench.answer(bench.take());
  bench.send("small", octets(10));
  bench.send("large", octets(9000));
  const frames = bench.take(4);
  bench.answer(frames.filter(({ byteRange }) => byteRange === "1-2048/9000"));
  bench.news();
  bench.sender.lost("confirmed");
  assert.deepEqual(summary(bench.take()), [
    "small 1-10/10 $",
    "large 2049-4096/9000 +",
    "large 4097-6144/9000 +",
    "large 6145-8192/9000 +",
    "large 8193-9000/9000 $",
  ]);
  bench.sender.lost("start");
  assert.deepEqual(summary(bench.take(2)), ["small 1-10/10 $", "large 1-2048/9000 +"]);
  bench.report("through", "1-10/10");
  assert.deepEqual(bench.news(), ["through delivered"]);
});

test("when the session ends, what was not through has failed and what waited for a report hears so", () => {
  const bench = new Bench();
  bench.send("through", octets(10), { successReport: true });
  bench.answer(bench.take());
  bench.send("waiting", octets(10));
  bench.news();
  bench.sender.close();
  assert.deepEqual(bench.news(), ["through unreported", "waiting session ended"]);
  assert.deepEqual(bench.take(), []);
});

async function* pieces(bytes: number, count: number): AsyncGenerator<Uint8Array> {
  for (let left = count; left > 0; left -= 1) yield octets(bytes);
}
