/** Rooms and groups with baresip 1.0, linphone 5.1, Twinkle 1.10 and rakia 0.8 (Debian), which hold no sessions: they take part by MESSAGE. */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { ImClient, Room } from "@parlance/client";
import { connect } from "@parlance/client/node";
import { within } from "../tools/test/deadline.ts";
import { ServerProcess } from "../tools/test/server-process.ts";
import { Baresip } from "./baresip/baresip.ts";
import { Linphonec } from "./linphone/linphonec.ts";
import { md5Path, type Path } from "./md5-path.ts";
import { Rakia } from "./rakia/rakia.ts";
import { Twinkle } from "./twinkle/twinkle.ts";

const DOMAIN = "im.example.com";
const BOB = { name: "bob", password: "bob-secret", domain: DOMAIN };
const ALICE = { name: "alice", password: "alice-secret", domain: DOMAIN };
const [LOBBY, TEAM] = [`sip:lobby@${DOMAIN}`, `sip:team@${DOMAIN}`];
const WAIT_MS = 20_000;
const LOOK_MS = 20;

interface Phone {
  message(text: string): void | Promise<void>;
  shows(pattern: RegExp): Promise<unknown>;
  stop(): Promise<void>;
}

const KINDS: readonly {
  readonly name: string;
  readonly start: (server: ServerProcess, path: Path) => Promise<Phone>;
}[] = [
  { name: "baresip", start: (_, { port }) => Baresip.start(BOB, port, LOBBY) },
  {
    name: "linphone",
    async start(server) {
      const { port } = server.address("tcp");
      const account = { ...BOB, digest: "SHA-256" } as const;
      const phone = await Linphonec.start(account, { transport: "tcp", port });
      return {
        message: (text) => phone.chat(LOBBY, text),
        shows: (pattern) => phone.hears(pattern),
        stop: () => phone.stop(),
      };
    },
  },
  {
    name: "twinkle",
    async start(server) {
      const phone = await Twinkle.start(BOB, server.address("udp").port);
      return {
        message: (text) => phone.message(LOBBY, text),
        shows: (pattern) => phone.hears(pattern),
        stop: () => phone.stop(),
      };
    },
  },
  {
    name: "rakia",
    async start(_, { port }) {
      const phone = await Rakia.start(BOB, port);
      return {
        message: (text) => phone.message(LOBBY, text),
        shows: (pattern) => phone.shows(pattern),
        stop: () => phone.stop(),
      };
    },
  },
];

for (const { name, start } of KINDS) {
  suite(`rooms with ${name}`, () => {
    let server: ServerProcess;
    let path: Path;
    let alice: ImClient;
    let lobby: Room;
    let phone: Phone;
    const texts: string[] = [];

    before(async () => {
      const users = [ALICE, BOB].map(({ name: user, password }) => ({ name: user, password }));
      const set = {
        rooms: [{ name: "lobby" }],
        groups: [{ name: "team", members: ["alice", "bob"] }],
        "conferences.announce": [],
      };
      server = await ServerProcess.start({ domain: DOMAIN, users, set });
      path = await md5Path("UDP", server.address("udp"));
      const { host, port } = server.address("tcp");
      alice = await connect({
        user: `sip:alice@${DOMAIN}`,
        password: ALICE.password,
        server: `tcp://${host}:${port}`,
      });
      alice.on("message", (message) => {
        if (message.kind === "text") texts.push(message.text);
      });
      lobby = await alice.join(LOBBY);
      phone = await start(server, path);
    });
    after(async () => {
      await phone?.stop();
      await alice?.close();
      path?.close();
      await server?.stop();
    });

    const until = (holds: () => boolean, what: string): Promise<void> => {
      const look = async (): Promise<void> => {
        while (!holds()) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      };
      return within(WAIT_MS, look(), () => `${what}; heard ${texts.join(", ")}`);
    };

    test("the phone comes into a chat room by writing to it", async () => {
      await phone.message("hello from a phone");
      await until(() => texts.includes("hello from a phone"), "what the phone wrote");
      await until(() => lobby.members.length === 2, "the phone among the members");
    });

    test("what is said there is shown by the phone, with the name of the speaker", async () => {
      lobby.send("welcome");
      await phone.shows(/alice: welcome/);
    });

    test("as a member of a group it hears what is said in its session", async () => {
      const team = await alice.join(TEAM);
      team.send("lunch?");
      await phone.shows(/alice: lunch\?/);
    });

    test("nothing in the log speaks of a fault", () => {
      assert.doesNotMatch(server.errors, /"level":"error"/);
    });
  });
}
