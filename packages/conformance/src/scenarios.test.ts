/** Every scenario against the server of this project: in memory under virtual time, and over real sockets. */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { connect } from "@parlance/client/node";
import { startWorld } from "@parlance/testkit";
import { ServerProcess } from "../../../tools/test/server-process.ts";
import { runScenario, scenarios, type Verdict } from "./index.ts";
import type { Place } from "./place.ts";
import { ROLES } from "./words.ts";

const DOMAIN = "im.example.com";
const HAS = { room: `sip:lobby@${DOMAIN}`, group: `sip:team@${DOMAIN}` } as const;
const LIMIT_MS = 30_000;

suite("in memory", () => {
  for (const [at, scenario] of scenarios.entries()) {
    test([...scenario.ids, scenario.title].join(" "), async () => {
      const world = await startWorld({
        domain: DOMAIN,
        seed: at + 1,
        server: {
          rooms: [{ name: "lobby", subject: "Anything" }],
          groups: [{ name: "team", members: ROLES }],
        },
      });
      const place: Place = {
        address: (role) => world.address(role),
        connect: (role, options) => world.startClient(role, options),
        has: HAS,
      };
      const limit = Promise.withResolvers<never>().promise; // the world has one of its own
      const run = runScenario(scenario, place, { mark: `run ${at}`, limit });
      assertPassed(await world.until(run));
      await world.end();
    });
  }
});

suite("over real sockets", () => {
  let server: ServerProcess;

  before(async () => {
    server = await ServerProcess.start({
      domain: DOMAIN,
      users: ROLES.map((name) => ({ name, password: name })),
      set: {
        rooms: [{ name: "lobby", subject: "Anything" }],
        groups: [{ name: "team", members: ROLES }],
        "limits.registersPerSecond": 100,
        "limits.registerBurst": 1_000,
      },
    });
  });
  after(() => server.stop());

  for (const [at, scenario] of scenarios.entries()) {
    test([...scenario.ids, scenario.title].join(" "), async () => {
      const { host, port } = server.address("tcp");
      const place: Place = {
        address: (role) => `sip:${role}@${DOMAIN}`,
        connect(role, options) {
          const user = `sip:${role}@${DOMAIN}`;
          return connect({ ...options, user, password: role, server: `tcp://${host}:${port}` });
        },
        has: HAS,
      };
      const limit = Promise.withResolvers<never>();
      limit.promise.catch(() => {}); // it may come after the end
      const timer = setTimeout(() => limit.reject(new Error("it does not end")), LIMIT_MS);
      const run = runScenario(scenario, place, { mark: `run ${at}`, limit: limit.promise });
      assertPassed(await run.finally(() => clearTimeout(timer)));
    });
  }
});

function assertPassed(verdict: Verdict): void {
  if (verdict.kind === "passed") return;
  const exchange = verdict.kind === "failed" ? verdict.exchange : [];
  const steps = exchange.map(({ who, direction, text }) => `${who} ${direction}\n${text}`);
  assert.fail([`${verdict.kind}: ${verdict.why}`, ...steps].join("\n\n"));
}
