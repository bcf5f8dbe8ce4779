import assert from "node:assert/strict";
import { resolve } from "node:path";
import { test } from "node:test";
import { runCommand } from "../../../../tools/test/command.ts";
import { ServerProcess } from "../../../../tools/test/server-process.ts";
import type { KnownService } from "../service/known-services.ts";
import { placeFor } from "./place.ts";

const DOMAIN = "beside.example";
const USUAL = { server: "tcp://127.0.0.1:5060", fileServer: "http://127.0.0.1:8080" };

function serviceAt(port: number, data = `/data/${port}`, domain = DOMAIN): KnownService {
  const sip = [`udp://127.0.0.1:${port}`, `tcp://127.0.0.1:${port}`];
  return { admin: `http://127.0.0.1:${port + 2}`, data, domain, sip, http: httpAt(port), pid: 1 };
}

function httpAt(port: number): string {
  return `http://127.0.0.1:${port + 1}`;
}

test("who says nothing finds the server of ./data, or the only one of his domain, or the usual place", () => {
  const [one, two] = [serviceAt(6000), serviceAt(7000)];
  const there = { server: "tcp://127.0.0.1:7000", fileServer: httpAt(7000) };
  assert.deepEqual(placeFor({}, DOMAIN, []), USUAL);
  assert.deepEqual(placeFor({}, DOMAIN, [two]), there);
  assert.deepEqual(placeFor({}, DOMAIN, [one, two]), USUAL);
  assert.deepEqual(placeFor({}, DOMAIN, [one, serviceAt(7000, resolve("data"))]), there);
  assert.deepEqual(placeFor({}, "another.example", [two]), USUAL);
});

test("who says a server has the files of that one, and who says both has both", () => {
  const server = "udp://127.0.0.1:7000";
  const running = [serviceAt(6000, resolve("data")), serviceAt(7000)];
  assert.deepEqual(placeFor({ server }, DOMAIN, running), { server, fileServer: httpAt(7000) });
  const unknown = "tcp://im.example.com";
  assert.deepEqual(placeFor({ server: unknown }, DOMAIN, running), {
    server: unknown,
    fileServer: undefined,
  });
  const said = { server, fileServer: "https://files.example.com" };
  assert.deepEqual(placeFor(said, DOMAIN, running), said);
});

test("a command finds the server that runs here, with its documents", async (t) => {
  const users = [{ name: "alice", password: "secret of alice" }];
  const server = await ServerProcess.start({ domain: DOMAIN, users });
  t.after(() => server.kill());
  const login = ["--user", `alice@${DOMAIN}`, "--password", "secret of alice"];
  const env = { XDG_RUNTIME_DIR: process.env["XDG_RUNTIME_DIR"] ?? "" }; // where the server has left its note
  const { status, out, err } = await runCommand(["contacts", "add", "bob", ...login], { env });
  assert.equal(status, 0, out + err);
  assert.match((await runCommand(["contacts", ...login], { env })).out, /bob/);
});
