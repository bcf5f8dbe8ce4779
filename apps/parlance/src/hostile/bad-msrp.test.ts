/** Bad and hostile MSRP in a session of the running server: each stream gets an answer that is right, and harms nobody else. RFC 4975 §7.3 */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { certificateFiles } from "../../../../tools/test/certificates.ts";
import { type CorpusEntry, corpusFor } from "../../../../tools/test/corpora.ts";
import { within } from "../../../../tools/test/deadline.ts";
import type { MediaPeer } from "../../../../tools/test/media-peer.ts";
import type { Transport } from "../../../../tools/test/peers.ts";
import { RawSession, registerForSessions } from "../../../../tools/test/raw-session.ts";
import type { RawUser } from "../../../../tools/test/raw-user.ts";
import { Victim } from "../../../../tools/test/victim.ts";
import type { WireFrame } from "../../../../tools/test/wire-frame.ts";

const TRANSPORTS = ["TCP", "TLS", "WS"] as const;
const LONGEST_DRIPPED = 600;
const MOST_GROWTH = 1_048_576;
/** For all that a stream brings about; one message of the longest takes a few milliseconds. */
const SETTLED_MS = 20_000;
/** The answers that the one who is written to gives to what the server does not understand for him. */
const KNOWN = new Set(["SEND", "NICKNAME", "REPORT"]);

for (const transport of TRANSPORTS) {
  test(`msrp-bad over ${transport}: every verdict, and the other sessions go on`, async (t) => {
    const entries = corpusFor(t, "msrp-bad");
    if (entries.length === 0) return;
    const scene = await Scene.open(t, transport);
    const wrong: string[] = [];
    for (const entry of entries) wrong.push(...(await scene.play(entry, false)));
    assert.deepEqual(wrong, []);
    scene.victim.assertCleanLog();
    assert.deepEqual((await scene.victim.server.memory()).strangers, []);
  });
}

for (const transport of ["TCP", "TLS"] as const) {
  test(`msrp-bad over ${transport}, octet by octet: the same verdicts`, async (t) => {
    const entries = corpusFor(t, "msrp-bad").filter(({ bytes }) => bytes.length < LONGEST_DRIPPED);
    if (entries.length === 0) return;
    const scene = await Scene.open(t, transport);
    const wrong: string[] = [];
    for (const entry of entries) wrong.push(...(await scene.play(entry, true)));
    assert.deepEqual(wrong, []);
    scene.victim.assertCleanLog();
  });
}

test("msrp-bad twice over: the memory of the server is what it was after the first time", async (t) => {
  const entries = corpusFor(t, "msrp-bad");
  if (entries.length === 0) return;
  const scene = await Scene.open(t, "TCP");
  const harmless = entries.map(() => HARMLESS);
  const grownBy = async (played: readonly CorpusEntry[]): Promise<number> => {
    const before = await scene.victim.server.memory();
    for (const entry of played) await scene.play(entry, false);
    const after = await scene.victim.server.memory();
    return after.heapBytes + after.externalBytes - before.heapBytes - before.externalBytes;
  };
  await grownBy(entries);
  // What every call leaves for half a minute, against repeats of its requests.
  const usual = await grownBy(harmless);
  const grown = await grownBy(entries);
  t.diagnostic(`grew by ${grown} octets over ${entries.length} sessions, usually ${usual}`);
  assert.ok(grown - usual < MOST_GROWTH, `${grown} octets, usually ${usual}`);
});

const HARMLESS: CorpusEntry = {
  file: "harmless",
  verdict: "accept",
  bytes: Buffer.from(
    "MSRP @N@ SEND\r\nTo-Path: @TO@\r\nFrom-Path: @FROM@\r\nMessage-ID: m1\r\n" +
      "Content-Type: text/plain\r\n\r\nhello\r\n-------@N@$\r\n",
  ),
  facts: { expect: ["ok"], delivered: true },
};

/** Alice, who sends what is in the files to bob, and carol, who talks to dan meanwhile over the same listener. */
class Scene {
  readonly victim: Victim;
  readonly #alice: RawUser;
  readonly #bob: RawUser;
  readonly #other: RawSession;
  readonly #otherHeard: WireFrame[];
  #serial = 0;

  static async open(t: TestContext, transport: Transport): Promise<Scene> {
    const victim = await Victim.start({
      set: {
        "listen.sip": ["tcp://127.0.0.1:0", "tls://127.0.0.1:0"],
        "listen.msrp": ["tcp://127.0.0.1:0", "tls://127.0.0.1:0"],
        "tls.certificates": [await certificateFiles(t)],
      },
    });
    t.after(() => victim.stop());
    const user = async (name: string, by: Transport): Promise<RawUser> => {
      const made = await victim.user(name, by);
      await registerForSessions(made);
      return made;
    };
    const other = await RawSession.open(await user("carol", transport), await user("dan", "TCP"));
    await other.caller.join();
    await other.callee.join();
    const heard = other.callee.listen();
    other.caller.listen();
    const [alice, bob] = [await user("alice", transport), await user("bob", "TCP")];
    return new Scene({ victim, alice, bob, other, heard });
  }

  private constructor(of: {
    readonly victim: Victim;
    readonly alice: RawUser;
    readonly bob: RawUser;
    readonly other: RawSession;
    readonly heard: WireFrame[];
  }) {
    this.victim = of.victim;
    this.#alice = of.alice;
    this.#bob = of.bob;
    this.#other = of.other;
    this.#otherHeard = of.heard;
  }

  /** What went wrong, if anything did. */
  async play(entry: CorpusEntry, dripping: boolean): Promise<readonly string[]> {
    const { facts, file } = entry;
    const session = await RawSession.open(this.#alice, this.#bob);
    const { caller, callee } = session;
    await callee.join();
    const heard = callee.listen(({ method = "" }) => (KNOWN.has(method) ? 200 : 501));
    const second = file === "session-second-connection.msrp";
    const bound = facts["bind"] !== false || second ? await caller.join() : await caller.connect();
    if (second) caller.listen(); // or the second one would be believed
    const media = second ? await caller.connect() : bound;
    const text = this.#filled(entry, caller.server, caller.own);
    await write(media, text, dripping);
    const found = faultsOf(entry, {
      last: lastOf(await this.#answers(media), text),
      closed: !media.open,
      delivered: messagesIn(heard),
      web: media.address.transport === "ws",
    });
    bound.close();
    await session.end();
    return found.map((fault) => `${file}: ${fault}`);
  }

  /** Until two round trips of the others have brought nothing more. */
  async #answers(media: MediaPeer): Promise<readonly WireFrame[]> {
    const answers: WireFrame[] = [];
    const rounds = async (): Promise<void> => {
      for (let quiet = 0; quiet < 2; quiet += 1) {
        await this.#othersGoOn();
        const more = media.waiting.splice(0).filter(({ status }) => status !== undefined);
        if (more.length > 0) quiet = -1;
        answers.push(...more);
      }
    };
    await within(SETTLED_MS, rounds(), () => "answers without an end");
    return answers;
  }

  /** What carol says comes to dan, and nothing else does. */
  async #othersGoOn(): Promise<void> {
    this.#serial += 1;
    const said = `still here ${this.#serial}`;
    assert.equal(await this.#other.caller.says(said), 200);
    assert.deepEqual(
      this.#otherHeard.splice(0).map(({ body }) => body?.toString()),
      [said],
    );
    await this.victim.assertWell();
  }

  #filled({ bytes }: CorpusEntry, to: string, from: string): string {
    this.#serial += 1;
    return Buffer.from(bytes)
      .toString("latin1")
      .replaceAll("@TO@", to)
      .replaceAll("@FROM@", from)
      .replaceAll("@OTHER@", this.#other.caller.server)
      .replaceAll("@N@", `Qk${String(this.#serial).padStart(6, "0")}`);
  }
}

interface Outcome {
  readonly last: number | undefined;
  readonly closed: boolean;
  readonly delivered: ReadonlyMap<string, string>;
  readonly web: boolean;
}

function faultsOf({ facts, verdict }: CorpusEntry, outcome: Outcome): readonly string[] {
  const { last, closed, delivered, web } = outcome;
  const expected = new Set(facts["expect"] as readonly unknown[]); // as its README says
  // There a message is one frame, and what is none ends it. RFC 7977 §5.1
  if (web && expected.has("wait")) expected.add("close").add(400);
  const met =
    expected.has(last === 200 ? "ok" : last) ||
    (closed && expected.has("close")) ||
    (last === undefined && !closed && (expected.has("silent") || expected.has("wait")));
  const shown = `${last ?? "no answer"}${closed ? ", closed" : ""}`;
  return [
    ...(met ? [] : [`${shown}, not ${[...expected].join()}`]),
    ...(verdict === "reject" && delivered.size > 0 ? [`${delivered.size} delivered`] : []),
    ...(facts["delivered"] === true && delivered.size !== 1
      ? [`delivered: ${delivered.size}`]
      : []),
  ];
}

/** The status for the last request that was answered, whenever its answer came. */
function lastOf(answers: readonly WireFrame[], text: string): number | undefined {
  const placeOf = ({ id }: WireFrame) => text.lastIndexOf(`MSRP ${id} `);
  return answers.toSorted((a, b) => placeOf(a) - placeOf(b)).at(-1)?.status;
}

/** What a client makes of what it hears: whole messages, each once. By their Message-ID. */
function messagesIn(heard: readonly WireFrame[]): ReadonlyMap<string, string> {
  const whole = new Map<string, string>();
  const open = new Map<string, string>();
  for (const { method, header, body, flag } of heard) {
    const id = header("Message-ID") ?? "";
    if (method !== "SEND" || body === undefined || whole.has(id)) continue;
    const [, start = "1", total = "*"] =
      /^(\d+)-[\d*]+\/(\d+|\*)$/.exec(header("Byte-Range") ?? "1-*/*") ?? [];
    const before = open.get(id) ?? "";
    if (Number(start) !== before.length + 1 || flag === "#") continue;
    const text = before + body.toString("latin1");
    open.set(id, text);
    if (flag === "$" && (total === "*" || text.length === Number(total))) whole.set(id, text);
  }
  return whole;
}

async function write(media: MediaPeer, text: string, dripping: boolean): Promise<void> {
  const pieces = media.address.transport === "ws" ? framesIn(text) : dripping ? text : [text];
  for (const piece of pieces) {
    media.send(piece);
    if (!dripping) continue;
    await new Promise(setImmediate); // so that the system has a chance to send it alone
    if (!media.open) return;
  }
  await media.left;
}

/** As a browser would have to send it: a message ends with its end-line. */
function framesIn(text: string): readonly string[] {
  return text.split(/(?<=\r\n-------\S+[$+#]\r\n)(?=MSRP )/);
}
