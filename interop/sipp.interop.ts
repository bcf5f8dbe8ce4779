/** SIPp as registering, sending and receiving client, over UDP and TCP. Version 3.6 knows no digest but MD5. */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { ServerProcess } from "../tools/test/server-process.ts";
import { md5Path, type Path } from "./md5-path.ts";
import { freePort, Sipp, sipp } from "./sipp/sipp.ts";

const DOMAIN = "im.example.com";
const ALICE = { name: "alice", password: "alice-secret" };
const BOB = { name: "bob", password: "bob-secret" };
const CAROL = { name: "carol", password: "carol-secret" };
const DAVE = { name: "dave", password: "dave-secret" };
const MESSAGES = 20;

for (const transport of ["UDP", "TCP"] as const) {
  suite(`SIPp over ${transport}`, () => {
    let server: ServerProcess;
    let path: Path;

    before(async () => {
      const users = [ALICE, BOB, CAROL, DAVE];
      server = await ServerProcess.start({ domain: DOMAIN, users });
      path = await md5Path(transport, server.address(transport.toLowerCase()));
    });
    after(async () => {
      path?.close();
      await server?.stop();
    });

    const register = async (login: typeof BOB, contactPort: number, status = 200) =>
      sipp({
        scenario: "register",
        transport,
        remotePort: path.port,
        localPort: await freePort(),
        login: { ...login, uri: DOMAIN },
        values: { DOMAIN, USER: login.name, CONTACT_PORT: contactPort, STATUS: status },
      });
    const send = async (to: string, status: number, calls = 1) =>
      sipp({
        scenario: "send-message",
        transport,
        remotePort: path.port,
        localPort: await freePort(),
        login: { ...ALICE, uri: `${to}@${DOMAIN}` },
        calls,
        values: { DOMAIN, USER: ALICE.name, TO: to, STATUS: status },
      });
    test("registers with MD5", () => register(CAROL, 9));

    test("a wrong password is refused", () => register({ ...CAROL, password: "wrong" }, 9, 401));

    test("messages reach another SIPp that is registered", async () => {
      const receiver = await startReceiver(transport, MESSAGES);
      await register(BOB, receiver.localPort);
      await send("bob", 200, MESSAGES);
      await receiver.sipp.done;
    });

    test("messages for somebody who is away are kept, and pushed when he registers", async () => {
      await send("dave", 202, MESSAGES);
      const receiver = await startReceiver(transport, MESSAGES);
      await register(DAVE, receiver.localPort);
      await receiver.sipp.done;
    });

    test("a message for nobody is refused with 404", () => send("nobody", 404));

    test("nothing in the log speaks of a fault", () => {
      assert.doesNotMatch(server.errors, /"level":"error"/);
    });
  });
}

/** Listens for so many messages. */
async function startReceiver(transport: "UDP" | "TCP", calls: number) {
  const localPort = await freePort();
  return {
    localPort,
    sipp: new Sipp({ scenario: "receive-messages", transport, localPort, calls }),
  };
}
