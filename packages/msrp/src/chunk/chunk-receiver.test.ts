/** How messages arrive: put together, bounded, answered, each once. RFC 4975 §5.4, §7.2, §7.3.1 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8Bytes, utf8Text, Wheel } from "@parlance/wire";
import { VirtualClock } from "../../../testkit/src/machine/virtual-clock.ts";
import { MsrpRequest, MsrpWriter, parseMsrp, pathLines } from "../frame/index.ts";
import {
  ChunkReceiver,
  gather,
  type IncomingControl,
  type IncomingHead,
  type IncomingSink,
  type ReceiveLimits,
  receiveLimits,
} from "./index.ts";

const paths = pathLines("msrp://a.test:2855/to1;tcp", "msrp://b.test:7000/from1;tcp");
const writer = new MsrpWriter();

interface ChunkOptions {
  readonly type?: string;
  readonly success?: boolean;
  readonly failure?: string;
  readonly tid?: string;
}

let serial = 0;

function chunk(
  messageId: string,
  range: string | undefined,
  text: string,
  flag: "$" | "+" | "#" = "$",
  { type = "text/plain", success = false, failure, tid }: ChunkOptions = {},
): MsrpRequest {
  serial += 1;
  const parsed = parseMsrp(
    writer.request({
      transactionId: tid ?? `t${String(serial).padStart(5, "0")}`,
      method: "SEND",
      paths,
      headers: [
        ["Message-ID", messageId],
        ...(range === undefined ? [] : [["Byte-Range", range] as const]),
        ...(success ? [["Success-Report", "yes"] as const] : []),
        ...(failure === undefined ? [] : [["Failure-Report", failure] as const]),
        ["Content-Type", type],
      ],
      body: utf8Bytes(text),
      flag,
    }),
  );
  assert.ok(parsed.ok && parsed.value instanceof MsrpRequest);
  return parsed.value;
}

/** A receiver that takes everything as text, and what came of it. */
class Bench {
  readonly clock = new VirtualClock();
  readonly log: string[] = [];
  readonly controls = new Map<string, IncomingControl>();
  readonly receiver: ChunkReceiver;
  accept: (head: IncomingHead) => IncomingSink | number;

  constructor(limits: Partial<ReceiveLimits> = {}) {
    this.accept = (head) => this.textSink(head);
    this.receiver = new ChunkReceiver(
      {
        wheel: new Wheel(this.clock),
        accept: (head, control) => {
          this.controls.set(head.messageId, control);
          return this.accept(head);
        },
        respond: (request, status) => this.log.push(`${request.messageId} ${status}`),
        report: (request, status, size) =>
          this.log.push(`report ${request.messageId} ${status} ${size}`),
        hold: () => this.log.push("hold"),
        letGo: () => this.log.push("let go"),
      },
      { ...receiveLimits, ...limits },
    );
  }

  textSink(
    { messageId }: IncomingHead,
    end: () => number | Promise<number> = () => 200,
  ): IncomingSink {
    let text = "";
    return {
      write: (octets) => {
        text += utf8Text(octets);
        return undefined;
      },
      end: () => {
        this.log.push(`${messageId} "${text}"`);
        return end();
      },
      abandon: (why) => this.log.push(`${messageId} ${why}`),
    };
  }

  take(...chunks: readonly MsrpRequest[]): readonly string[] {
    for (const one of chunks) this.receiver.take(one);
    return this.news();
  }

  news(): readonly string[] {
    return this.log.splice(0);
  }
}

test("a message in one chunk is given whole, then answered (RFC 4975 §7.3.1)", () => {
  const bench = new Bench();
  assert.deepEqual(bench.take(chunk("m1", "1-5/5", "hello")), ['m1 "hello"', "m1 200"]);
  assert.deepEqual(bench.take(chunk("m2", undefined, "no range")), ['m2 "no range"', "m2 200"]);
  assert.deepEqual(bench.take(chunk("m3", "1-0/0", "")), ['m3 ""', "m3 200"]);
  assert.equal(bench.receiver.openMessages, 0);
});

test("a body longer or shorter than its range says is what it is (RFC 4975 §7.3.1)", () => {
  const bench = new Bench();
  assert.deepEqual(bench.take(chunk("m1", "1-4/4", "Grüße")), ['m1 "Grüße"', "m1 200"]);
  assert.deepEqual(bench.take(chunk("m2", "1-50/50", "hello")), ['m2 "hello"', "m2 200"]);
});

test("chunks are put together, in order or not, until the one that ends the message (RFC 4975 §7.3.1)", () => {
  const bench = new Bench();
  assert.deepEqual(bench.take(chunk("m1", "1-*/8", "abcd", "+"), chunk("m1", "5-8/8", "EFGH")), [
    "m1 200",
    'm1 "abcdEFGH"',
    "m1 200",
  ]);
  assert.deepEqual(
    bench.take(
      chunk("m2", "7-8/8", "GH"),
      chunk("m2", "3-6/8", "cdEF", "+"),
      chunk("m2", "1-2/8", "ab", "+"),
    ),
    ["m2 200", "m2 200", 'm2 "abcdEFGH"', "m2 200"],
  );
});

test("of chunks that overlap the last counts, but for what was given on already (RFC 4975 §7.3.1)", () => {
  const bench = new Bench();
  bench.take(
    chunk("m1", "1-4/*", "abcd", "+"),
    chunk("m1", "7-10/*", "ghij", "+"),
    chunk("m1", "9-12/*", "IJKL", "+"),
    chunk("m1", "3-6/*", "XXef", "+"),
  );
  assert.deepEqual(bench.take(chunk("m1", "13-13/*", "M")), ['m1 "abcdefghIJKLM"', "m1 200"]);
});

test("a message with a hole is not delivered, and given up after its time", async () => {
  const bench = new Bench();
  assert.deepEqual(
    bench.take(chunk("m1", "1-5/20", "hello", "+"), chunk("m1", "16-20/20", "hello")),
    ["m1 200", "m1 200"],
  );
  await bench.clock.run(60_000);
  assert.deepEqual(bench.news(), ["m1 idle"]);
  assert.deepEqual(bench.take(chunk("m1", "6-15/20", "0123456789", "+")), ["m1 413"]);
  assert.equal(bench.receiver.openMessages, 0);
});

test("a message that was given up may come anew from its start (RFC 4975 §5.4)", async () => {
  const bench = new Bench();
  bench.take(chunk("m1", "1-5/10", "hello", "+"));
  await bench.clock.run(60_000);
  bench.news();
  assert.deepEqual(
    bench.take(chunk("m1", "1-5/10", "hello", "+"), chunk("m1", "6-10/10", "world")),
    ["m1 200", 'm1 "helloworld"', "m1 200"],
  );
});

test("each chunk gives the message its time again", async () => {
  const bench = new Bench();
  for (const range of ["1-1/9", "2-2/9", "3-3/9"]) {
    bench.take(chunk("m1", range, "x", "+"));
    await bench.clock.run(50_000);
  }
  assert.equal(bench.receiver.openMessages, 1);
});

test("an aborted message is dropped, and may come again (RFC 4975 §7.1)", () => {
  const bench = new Bench();
  assert.deepEqual(
    bench.take(chunk("m1", "1-5/10", "hello", "+"), chunk("m1", "6-7/10", "wo", "#")),
    ["m1 200", "m1 aborted", "m1 200"],
  );
  assert.deepEqual(bench.take(chunk("m1", "1-2/2", "hi")), ['m1 "hi"', "m1 200"]);
});

test("a Message-ID that comes again is acknowledged like the first, and not given twice (RFC 4975 §5.4)", async () => {
  const bench = new Bench();
  bench.take(chunk("m1", "1-5/5", "hello", "$", { success: true }));
  assert.deepEqual(bench.take(chunk("m1", "1-5/5", "hello", "$", { success: true })), ["m1 200"]);
  await bench.clock.run(0);
  assert.deepEqual(bench.news(), ["report m1 200 5"]);
});

test("more open messages than allowed are refused, whole ones pass (RFC 4975 §10.5)", () => {
  const bench = new Bench({ openMessages: 2 });
  assert.deepEqual(
    bench.take(
      chunk("m1", "1-1/9", "x", "+"),
      chunk("m2", "1-1/9", "x", "+"),
      chunk("m3", "1-1/9", "x", "+"),
      chunk("m3", "2-9/9", "xxxxxxxx"),
      chunk("m4", "1-2/2", "hi"),
    ),
    ["m1 200", "m2 200", "m3 413", "m3 413", 'm4 "hi"', "m4 200"],
  );
});

test("messages that are whole and not safe yet take no place from others, and stop the reading when they are many and came in chunks", async () => {
  const bench = new Bench({ openMessages: 2 });
  const ends = new Map<string, (status: number) => void>();
  bench.accept = (head) =>
    bench.textSink(head, () => new Promise((resolve) => void ends.set(head.messageId, resolve)));
  bench.take(chunk("a", "1-2/2", "ab"), chunk("b", "1-2/2", "ab"), chunk("c", "1-2/2", "ab"));
  assert.deepEqual(bench.take(chunk("d", "1-2/4", "ab", "+")), ["d 200"]);
  assert.deepEqual(bench.take(chunk("d", "3-4/4", "cd")), ['d "abcd"']);
  assert.deepEqual(bench.take(chunk("e", "1-2/4", "ab", "+"), chunk("e", "3-4/4", "cd")), [
    "e 200",
    "hold",
    'e "abcd"',
  ]);
  assert.deepEqual(bench.take(chunk("f", "1-2/4", "ab", "+")), ["f 200"]); // was read before
  ends.get("d")?.(200);
  await Promise.resolve();
  assert.deepEqual(bench.news(), ["let go", "d 200"]);
});

test("a message larger than allowed is refused when it says so, or when it gets there (RFC 4975 §10.5)", () => {
  const bench = new Bench({ messageBytes: 10 });
  assert.deepEqual(bench.take(chunk("m1", "1-5/11", "hello", "+")), ["m1 413"]);
  assert.deepEqual(
    bench.take(
      chunk("m2", "1-*/*", "hello", "+"),
      chunk("m2", "6-*/*", "world", "+"),
      chunk("m2", "11-*/*", "!", "+"),
      chunk("m2", "12-*/*", "!"),
    ),
    ["m2 200", "m2 200", "m2 refused", "m2 413", "m2 413"],
  );
  assert.deepEqual(bench.take(chunk("m3", "4294967297-4294967301/4294967301", "hello")), [
    "m3 413",
  ]);
  assert.deepEqual(
    bench.take(chunk("m4", "1-5/*", "hello", "+"), chunk("m4", "6-10/11", "world", "+")),
    ["m4 200", "m4 refused", "m4 413"],
  );
});

test("what cannot be true of one message is refused with 400", () => {
  const bench = new Bench();
  assert.deepEqual(
    bench.take(chunk("m1", "1-5/10", "hello", "+"), chunk("m1", "6-10/9999", "world")),
    ["m1 200", "m1 refused", "m1 400"],
  );
  assert.deepEqual(bench.take(chunk("m2", "1-5/*", "hello", "+"), chunk("m2", "1-2/*", "he")), [
    "m2 200",
    "m2 refused",
    "m2 400",
  ]);
  assert.deepEqual(bench.take(chunk("m3", "6-10/*", "world"), chunk("m3", "11-12/*", "!!", "+")), [
    "m3 200",
    "m3 refused",
    "m3 400",
  ]);
});

test("what has to wait for octets before it is bounded", () => {
  const bench = new Bench({ aheadBytes: 10, aheadPieces: 3 });
  assert.deepEqual(
    bench.take(chunk("m1", "100-*/*", "12345678", "+"), chunk("m1", "200-*/*", "12345678", "+")),
    ["m1 200", "m1 refused", "m1 413"],
  );
  const scattered = ["3", "5", "7", "9"].map((at) => chunk("m2", `${at}-*/*`, "x", "+"));
  assert.deepEqual(bench.take(...scattered), [
    "m2 200",
    "m2 200",
    "m2 200",
    "m2 refused",
    "m2 413",
  ]);
});

test("chunks without octets neither end nor fill anything", () => {
  const bench = new Bench();
  for (let count = 0; count < 500; count += 1) bench.take(chunk("m1", "1-0/10", "", "+"));
  assert.equal(bench.receiver.openMessages, 1);
});

test("answers come as the sender wants them: all, errors alone, or none (RFC 4975 §7.2)", () => {
  const bench = new Bench();
  bench.accept = ({ messageId }) =>
    messageId.startsWith("bad") ? 415 : bench.textSink({ messageId } as IncomingHead);
  for (const [failure, good, bad] of [
    ["yes", ["ok-yes 200"], ["bad-yes 415"]],
    ["partial", [], ["bad-partial 415"]],
    ["no", [], []],
  ] as const) {
    const answers = bench
      .take(chunk(`ok-${failure}`, "1-1/1", "x", "$", { failure }))
      .filter((line) => !line.includes('"'));
    assert.deepEqual(answers, good);
    assert.deepEqual(bench.take(chunk(`bad-${failure}`, "1-1/1", "x", "$", { failure })), bad);
  }
});

test("a refused message is refused chunk by chunk with the same status, and asked about once", () => {
  const bench = new Bench();
  let asked = 0;
  bench.accept = () => {
    asked += 1;
    return 415;
  };
  assert.deepEqual(
    bench.take(chunk("m1", "1-5/10", "hello", "+"), chunk("m1", "6-10/10", "world")),
    ["m1 415", "m1 415"],
  );
  assert.equal(asked, 1);
});

test("malformed SENDs get 400, those without a body 200", () => {
  const bench = new Bench();
  assert.deepEqual(bench.take(chunk("m1", "0-4/5", "hello")), ["m1 400"]);
  const bare = parseMsrp(
    writer.request({
      transactionId: "bare1234",
      method: "SEND",
      paths,
      headers: [["Message-ID", "bind"]],
    }),
  );
  assert.ok(bare.ok && bare.value instanceof MsrpRequest);
  assert.deepEqual(bench.take(bare.value), ["bind 200"]);
});

test("the answer to the last chunk waits until the message is safe, and so do those to its doubles", async () => {
  const bench = new Bench();
  const safe = Promise.withResolvers<number>();
  bench.accept = (head) => bench.textSink(head, () => safe.promise);
  assert.deepEqual(bench.take(chunk("m1", "1-5/5", "hello"), chunk("m1", "1-5/5", "hello")), [
    'm1 "hello"',
  ]);
  safe.resolve(200);
  await bench.clock.settle();
  assert.deepEqual(bench.news(), ["m1 200", "m1 200"]);
});

test("a message whose end fails is told as one nobody knows the fate of, and may come again", async () => {
  const bench = new Bench();
  bench.accept = (head) => bench.textSink(head, () => Promise.reject(new Error("disk")));
  bench.take(chunk("m1", "1-5/5", "hello"));
  await bench.clock.settle();
  assert.deepEqual(bench.news(), ["m1 408"]);
  bench.accept = (head) => bench.textSink(head);
  assert.deepEqual(bench.take(chunk("m1", "1-5/5", "hello")), ['m1 "hello"', "m1 200"]);
});

test("a success report covers the whole message once it is safe, if it is wanted (RFC 4975 §7.1.3)", () => {
  const bench = new Bench();
  assert.deepEqual(
    bench.take(
      chunk("m1", "1-5/10", "hello", "+", { success: true }),
      chunk("m1", "6-10/10", "world", "$", { success: true }),
    ),
    ["m1 200", 'm1 "helloworld"', "m1 200", "report m1 200 10"],
  );
});

test("what is found out later is told in a failure report, unless none is wanted (RFC 4975 §7.1.4)", () => {
  const bench = new Bench();
  for (const failure of ["yes", "partial", "no"]) {
    bench.take(chunk(failure, "1-5/5", "hello", "$", { failure }));
    bench.controls.get(failure)?.refuse(403);
    assert.deepEqual(bench.news(), failure === "no" ? [] : [`report ${failure} 403 5`]);
  }
});

test("a receiver may have had enough in the middle of a message", () => {
  const bench = new Bench();
  bench.take(chunk("m1", "1-5/15", "hello", "+"));
  bench.controls.get("m1")?.refuse(413);
  assert.deepEqual(bench.news(), ["m1 refused"]);
  assert.deepEqual(bench.take(chunk("m1", "6-10/15", "world", "+")), ["m1 413"]);
});

test("a slow sink stops the reading until it resumes, and ends that with its message", () => {
  const bench = new Bench();
  bench.accept = (head) => ({ ...bench.textSink(head), write: () => false });
  assert.deepEqual(bench.take(chunk("m1", "1-5/20", "hello", "+")), ["hold", "m1 200"]);
  assert.deepEqual(bench.take(chunk("m2", "1-5/20", "hello", "+")), ["m2 200"]);
  bench.controls.get("m1")?.resume();
  bench.controls.get("m1")?.resume();
  assert.deepEqual(bench.news(), []);
  assert.deepEqual(bench.take(chunk("m2", "6-7/20", "xx", "#")), [
    "let go",
    "m2 aborted",
    "m2 200",
  ]);
});

test("a chunk in pieces is given piece by piece and answered at its end", () => {
  const bench = new Bench();
  const head = chunk("m1", "1-*/*", "", "+");
  const streamed = bench.receiver.begin(head);
  streamed.piece(utf8Bytes("hel"));
  streamed.piece(utf8Bytes("lo"));
  assert.deepEqual(bench.news(), []);
  streamed.end("+");
  assert.deepEqual(bench.news(), ["m1 200"]);
  const next = bench.receiver.begin(chunk("m1", "6-*/*", "", "+"));
  next.piece(utf8Bytes(" world"));
  next.end("$");
  assert.deepEqual(bench.news(), ['m1 "hello world"', "m1 200"]);
});

test("a chunk in pieces that is refused is answered at once and not again", () => {
  const bench = new Bench({ messageBytes: 4 });
  const streamed = bench.receiver.begin(chunk("m1", "1-*/*", "", "+"));
  streamed.piece(utf8Bytes("hel"));
  streamed.piece(utf8Bytes("lo"));
  assert.deepEqual(bench.news(), ["m1 refused", "m1 413"]);
  streamed.piece(utf8Bytes("more"));
  streamed.end("$");
  assert.deepEqual(bench.news(), []);
});

test("what came of a chunk before its connection broke counts (RFC 4975 §5.4)", () => {
  const bench = new Bench();
  const streamed = bench.receiver.begin(chunk("m1", "1-*/10", "", "+"));
  streamed.piece(utf8Bytes("hello"));
  streamed.broken();
  assert.deepEqual(bench.take(chunk("m1", "6-10/10", "world")), ['m1 "helloworld"', "m1 200"]);
});

test("when the session ends, what is open is abandoned", () => {
  const bench = new Bench();
  bench.take(chunk("m1", "1-5/10", "hello", "+"));
  bench.receiver.close();
  assert.deepEqual(bench.news(), ["m1 session ended"]);
});

test("gathering gives the content whole, and refuses what is too large beforehand or on the way", () => {
  const bench = new Bench();
  bench.accept = (head) =>
    gather(head, 10, (content) => {
      bench.log.push(`${head.messageId} ${utf8Text(content)}`);
      return 200;
    });
  assert.deepEqual(
    bench.take(chunk("m1", "1-5/10", "hello", "+"), chunk("m1", "6-10/10", "world")),
    ["m1 200", "m1 helloworld", "m1 200"],
  );
  assert.deepEqual(bench.take(chunk("m2", "1-5/11", "hello", "+")), ["m2 413"]);
  assert.deepEqual(bench.take(chunk("m3", "1-*/*", "hello", "+"), chunk("m3", "6-*/*", "worlds")), [
    "m3 200",
    "m3 413",
  ]);
});
