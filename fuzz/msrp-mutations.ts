/** Good and odd MSRP, changed at random from a seed: framed over any cut, read in every way there is, and put together. */
import {
  answerTo,
  ChunkReceiver,
  type FrameLimits,
  frameLimits,
  gather,
  type MsrpFrame,
  MsrpFramer,
  type MsrpRequest,
  MsrpWriter,
  matchesUri,
  parseMsrp,
  parsePath,
  parseUseNickname,
  pathLines,
  readAuth,
  readNickname,
  readReport,
  readSend,
} from "@parlance/msrp";
import { concatBytes, equalBytes, octetText, utf8Bytes, Wheel } from "@parlance/wire";
import { readCorpus } from "../tools/test/corpora.ts";
import { mutate, randomOf } from "./sip-mutations.ts";

const TO = "msrp://127.0.0.1:2855/s7f31kQ0;tcp";
const FROM = "msrp://127.0.0.1:7654/jshA7weTQ3;tcp";
const SEEDS = [
  `MSRP a786hjs2 SEND\r\nTo-Path: ${TO}\r\nFrom-Path: ${FROM}\r\nMessage-ID: 87652491\r\nByte-Range: 1-*/8\r\nSuccess-Report: yes\r\nFailure-Report: partial\r\nContent-Type: text/plain\r\n\r\nabcd\r\n-------a786hjs2+\r\nMSRP a786hjs3 SEND\r\nTo-Path: ${TO}\r\nFrom-Path: ${FROM}\r\nMessage-ID: 87652491\r\nByte-Range: 5-8/8\r\nContent-Type: text/plain\r\n\r\nEFGH\r\n-------a786hjs3$\r\n`,
  `MSRP r786hjs2 REPORT\r\nTo-Path: ${TO}\r\nFrom-Path: ${FROM}\r\nMessage-ID: 87652491\r\nByte-Range: 1-8/8\r\nStatus: 000 200 OK\r\n-------r786hjs2$\r\nMSRP a786hjs2 200 OK\r\nTo-Path: ${TO}\r\nFrom-Path: ${FROM}\r\n-------a786hjs2$\r\n`,
  `MSRP n786hjs2 NICKNAME\r\nTo-Path: ${TO}\r\nFrom-Path: ${FROM}\r\nUse-Nickname: "Al \\"B\\" é"\r\n-------n786hjs2$\r\n`,
  `MSRP 49fi AUTH\r\nTo-Path: msrps://a@[2001:db8::1]:9;tcp msrps://b.test;tcp\r\nFrom-Path: ${FROM}\r\nExpires: 60\r\nAuthorization: Digest username="A", realm="r", nonce="n", qop=auth, nc=00000001, cnonce="c", response="6629fae4"\r\n-------49fi$\r\n`,
].map(utf8Bytes);

/** So small that many bodies are streamed. */
const SMALL: FrameLimits = { ...frameLimits, wholeFrameBytes: 300 };
const writer = new MsrpWriter();
const elsewhere = pathLines("msrps://[::1]:1/a+b=/c;ws", "msrp://x.test:2/d;tcp");

/** Runs so many mutations; throws with the seed when anything but a refusal comes out. */
export function mutateMsrp(runs: number, firstSeed = 1): void {
  const sources = [...SEEDS, ...corpusSources()];
  for (let run = 0; run < runs; run += 1) {
    const seed = firstSeed + run;
    const random = randomOf(seed);
    const bytes = mutate(sources[random(sources.length)] ?? utf8Bytes(""), random);
    try {
      exercise(bytes, random);
    } catch (cause) {
      throw new Error(`seed ${seed}: ${JSON.stringify(octetText(bytes))}`, { cause });
    }
  }
}

function corpusSources(): readonly Uint8Array[] {
  return ["msrp-rfc-examples", "msrp-bad"].flatMap((name) =>
    (readCorpus(name) ?? []).flatMap(({ bytes }) => (bytes.length < 3000 ? [filled(bytes)] : [])),
  );
}

function exercise(bytes: Uint8Array, random: (below: number) => number): void {
  const parsed = parseMsrp(bytes);
  if (parsed.ok) examine(parsed.value);
  else parsed.error.answer?.forEach((octet) => octet);
  for (const limits of [frameLimits, SMALL]) {
    const whole = summaries([bytes], limits);
    const cut = random(bytes.length + 1);
    const halves = summaries([bytes.subarray(0, cut), bytes.subarray(cut)], limits);
    if (whole.join("\n") !== halves.join("\n")) throw new Error(`cut at ${cut} differs`);
  }
  receive(bytes);
}

/** Whatever is asked of a frame: no throw, and what is written reads the same. */
function examine(frame: MsrpFrame): void {
  const moved = parseMsrp(writer.readdress(frame, elsewhere));
  if (!moved.ok) throw new Error("what was readdressed cannot be read", { cause: moved.error });
  const back = parseMsrp(writer.readdress(moved.value, pathLines(frame.toPath, frame.fromPath)));
  if (!back.ok || back.value.fromPath !== frame.fromPath) throw new Error("paths were not kept");
  if (!equalBytes(frame.body ?? NOTHING, back.value.body ?? NOTHING))
    throw new Error("body changed");
  parsePath(frame.toPath);
  matchesUri(frame.toPath, frame.fromPath, "whole");
  matchesUri(frame.toPath, frame.fromPath, "session id");
  for (const [, value] of frame.headers()) parseUseNickname(value);
  if (frame.kind === "response") return;
  readSend(frame);
  readReport(frame);
  readNickname(frame);
  readAuth(frame);
  const answer = parseMsrp(answerTo(frame, 400));
  if (!answer.ok || answer.value.kind !== "response") throw new Error("the answer cannot be read");
  if (answer.value.transactionId !== frame.transactionId)
    throw new Error("the answer is to another");
}

const NOTHING = new Uint8Array(0);

/** What a stream gives, bodies in pieces put together. */
function summaries(pieces: readonly Uint8Array[], limits: FrameLimits): readonly string[] {
  const out: string[] = [];
  let body: Uint8Array[] = [];
  const framer = new MsrpFramer(
    {
      frame: ({ bytes, flag }) => out.push(`${flag} ${octetText(bytes)}`),
      head: ({ bytes }) => out.push(`head ${octetText(bytes)}`),
      body: (piece) => body.push(piece),
      end: (flag) => {
        out.push(`${flag} ${octetText(concatBytes(...body))}`);
        body = [];
      },
      broken: ({ reason, answer }) => out.push(`broken ${reason} ${answer && octetText(answer)}`),
    },
    limits,
  );
  for (const piece of pieces) framer.push(piece);
  return out;
}

/** Every SEND to one receiver, which answers each once and delivers no message twice. */
function receive(bytes: Uint8Array): void {
  const delivered = new Set<string>();
  const requests: MsrpRequest[] = [];
  const framer = new MsrpFramer({
    frame: (frame) => {
      if (frame.kind === "request" && frame.method === "SEND") requests.push(frame);
    },
    head: () => {},
    body: () => {},
    end: () => {},
    broken: () => {},
  });
  framer.push(bytes);
  let answers = 0;
  const clock = { now: () => 0, schedule: () => () => {} };
  const receiver = new ChunkReceiver({
    wheel: new Wheel(clock),
    accept: (head) =>
      gather(head, 10_000, () => {
        if (delivered.has(head.messageId)) throw new Error("delivered twice");
        delivered.add(head.messageId);
        return 200;
      }),
    respond: () => {
      answers += 1;
    },
    report: () => {},
    hold: () => {},
    letGo: () => {},
  });
  for (const request of requests) receiver.take(request);
  if (answers > requests.length) throw new Error("more answers than requests");
  receiver.close();
}

function filled(bytes: Uint8Array): Uint8Array {
  const text = octetText(bytes)
    .replaceAll("@TO@", TO)
    .replaceAll("@FROM@", FROM)
    .replaceAll("@OTHER@", "msrp://127.0.0.1:2855/other31kQ0;tcp")
    .replaceAll("@N@", "Qk3x9PzA");
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

if (import.meta.main) {
  const at = process.argv.indexOf("--runs");
  const runs = at === -1 ? 100_000 : Number(process.argv[at + 1]);
  const seed = process.argv.indexOf("--seed");
  mutateMsrp(runs, seed === -1 ? 1 : Number(process.argv[seed + 1]));
  console.log(`${runs} mutations, nothing found`);
}
