/** Group rooms of linphone 5.1 (Debian), whose media are MESSAGEs, with members that hold MSRP sessions in the same room, made by it or by them. */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { ImClient, Room } from "@parlance/client";
import { connect } from "@parlance/client/node";
import { within } from "../tools/test/deadline.ts";
import { ServerProcess } from "../tools/test/server-process.ts";
import { LinphoneGroups } from "./linphone/group-room.ts";

/** Its rooms are called by addresses without a port: the domain has to lead to the server. */
const DOMAIN = "127.0.0.77";
const WAIT_MS = 20_000;
const LOOK_MS = 20;

suite("a group room that linphone makes, and one that it is asked into", () => {
  let server: ServerProcess;
  let phone: LinphoneGroups;
  const people: ImClient[] = [];
  const texts: string[] = [];

  before(async () => {
    const users = ["linus", "lina", "bob", "carol"].map((name) => ({
      name,
      password: `${name}-secret`,
    }));
    server = await ServerProcess.start({
      domain: DOMAIN,
      users,
      set: {
        "listen.sip": [`udp://${DOMAIN}:5060`, `tcp://${DOMAIN}:5060`],
        "compat.plainSip": true,
        "conferences.announce": [],
      },
    });
    for (const name of ["bob", "carol"]) {
      const im = await connect({
        user: `sip:${name}@${DOMAIN}`,
        password: `${name}-secret`,
        server: `tcp://${DOMAIN}:5060`,
        sessions: { groups: "accept" },
      });
      im.on("message", (message) => {
        if (message.kind === "text") texts.push(`${name} ${message.from} ${message.text}`);
      });
      people.push(im);
    }
    phone = await LinphoneGroups.start({ name: "linus", domain: DOMAIN, password: "linus-secret" });
  });
  after(async () => {
    await phone?.stop();
    for (const im of people) await im.close();
    await server?.stop();
  });

  const roomOf = async (at: number): Promise<Room> => {
    await until(() => people[at]?.rooms[0]?.state === "in");
    const room = people[at]?.rooms[0];
    assert.ok(room !== undefined);
    return room;
  };

  test("it is made, with whom it asks", async () => {
    phone.tell(`make The team sip:bob@${DOMAIN}`);
    await phone.hears(/^state 3/m); // created
    await phone.hears(/^others 1/m);
    const room = await roomOf(0);
    assert.equal(room.subject, "The team");
  });

  test("what is said there is heard on both sides, under the name of the speaker", async () => {
    phone.tell("say hello from linphone, grüße");
    await until(() => texts.includes(`bob sip:linus@${DOMAIN} hello from linphone, grüße`));
    (await roomOf(0)).send("hello from the SDK");
    await phone.hears(new RegExp(`^message sip:bob@${DOMAIN}: hello from the SDK`, "m"));
  });

  test("somebody else is brought in, and heard", async () => {
    phone.tell(`add sip:carol@${DOMAIN}`);
    await phone.hears(/^others 2/m);
    (await roomOf(1)).send("I am here");
    await phone.hears(new RegExp(`^message sip:carol@${DOMAIN}: I am here`, "m"));
  });

  test("its subject changes, for all", async () => {
    const room = await roomOf(0);
    phone.tell("subject Dinner");
    await phone.hears(/^subject Dinner/m);
    await until(() => room.subject === "Dinner");
  });

  test("somebody is sent away, and whoever has made it leaves", async () => {
    const [room, sent] = [await roomOf(0), await roomOf(1)];
    phone.tell(`remove sip:carol@${DOMAIN}`);
    await until(() => sent.state === "left");
    phone.tell("leave");
    await phone.hears(/^state 6/m); // terminated
    await until(() => room.members.every(({ me }) => me));
    room.leave();
  });

  test("it is asked into a group that a client makes, as into a room of its own", async () => {
    const [bob] = people;
    assert.ok(bob !== undefined);
    const room = await bob.createGroup([`sip:linus@${DOMAIN}`, `sip:carol@${DOMAIN}`], {
      subject: "Lunch",
    });
    await phone.hears(/^asked into a room/m);
    await phone.hears(/^subject Lunch/m);
    await phone.hears(/^others 2/m);
    room.send("hungry?");
    await phone.hears(new RegExp(`^message sip:bob@${DOMAIN}: hungry\\?`, "m"));
    phone.tell("say yes, at noon");
    await until(() => texts.includes(`carol sip:linus@${DOMAIN} yes, at noon`));
    phone.tell("leave");
    await until(() => !room.members.some(({ entity }) => entity.startsWith("sip:linus@")));
  });

  test("of two of one user both are in the group that he is asked into, and hear each other", async () => {
    const [bob] = people;
    assert.ok(bob !== undefined);
    const account = { name: "lina", domain: DOMAIN, password: "lina-secret" };
    const both = await Promise.all([LinphoneGroups.start(account), LinphoneGroups.start(account)]);
    try {
      const room = await bob.createGroup([`sip:lina@${DOMAIN}`, `sip:carol@${DOMAIN}`], {
        subject: "Supper",
      });
      for (const one of both) {
        await one.hears(/^asked into a room/m);
        await one.hears(/^subject Supper/m);
      }
      await until(() =>
        room.members.some(
          ({ entity, devices }) => entity === `sip:lina@${DOMAIN}` && devices === 2,
        ),
      );
      room.send("who brings what?");
      for (const one of both)
        await one.hears(new RegExp(`^message sip:bob@${DOMAIN}: who brings what\\?`, "m"));
      for (const [at, one] of both.entries()) {
        one.tell(`say salad ${at}`);
        await both[1 - at]?.hears(new RegExp(`^message sip:lina@${DOMAIN}: salad ${at}`, "m"));
        await until(() => texts.includes(`carol sip:lina@${DOMAIN} salad ${at}`));
      }
    } finally {
      for (const one of both) await one.stop();
    }
  });
});

async function until(condition: () => boolean): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setInterval(() => {
    if (condition()) resolve();
  }, LOOK_MS);
  await within(WAIT_MS, promise, () => String(condition)).finally(() => clearInterval(timer));
}
