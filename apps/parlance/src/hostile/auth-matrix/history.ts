/** Rows of the matrix about what a user keeps of his conversations: only he comes to it, and what is in it is text. */
import assert from "node:assert/strict";
import { WebUser } from "../../../../../tools/test/web-user.ts";
import type { Scenario, Scenarios, Scene } from "./scenario.ts";

interface Message {
  readonly id: string;
  readonly text?: string;
}

function reader({ victim }: Scene, name: string, audience = "history"): WebUser {
  return new WebUser(victim.server.httpUrl, name, victim.passwordOf(name), audience);
}

/** What the user has sent bob, when it is kept. */
async function keep(scene: Scene, name: string, text: string): Promise<WebUser> {
  const user = await scene.victim.user(name, "TCP");
  assert.equal((await user.message(scene.bob.address, text)).status, 200);
  const web = reader(scene, name);
  for (;;) {
    const { messages } = await told<{ messages: readonly Message[] }>(web, "/history/messages");
    if (messages.some((message) => message.text === text)) return web;
    await scene.victim.assertWell();
  }
}

async function told<T>(web: WebUser, path: string): Promise<T> {
  const answer = await web.ask(path);
  const text = await answer.text();
  assert.equal(answer.status, 200, text);
  return JSON.parse(text) as T; // ours
}

const ofOthers: Scenario = async (scene) => {
  const alice = await keep(scene, "alice", "for bob and for nobody else");
  const all = await told<{ messages: readonly Message[]; after: string }>(
    alice,
    "/history/messages",
  );
  const id = all.messages.at(-1)?.id ?? "";
  const carol = reader(scene, "carol");
  const conversation = encodeURIComponent(scene.bob.address);
  for (const [method, path] of [
    ["GET", `/history/messages/${id}`],
    ["GET", `/history/messages/${id}/content`],
    ["DELETE", `/history/messages/${id}`],
    ["DELETE", `/history/conversations/${conversation}`],
  ] as const) {
    assert.equal((await carol.ask(path, { method })).status, 404, path);
  }
  assert.equal((await carol.ask(`/history/messages?before=${all.after}`)).status, 400);
  assert.equal((await carol.ask("/history/search?q=nobody")).status, 200);
  assert.doesNotMatch(await (await carol.ask("/history/export")).text(), /for bob/);
  const xcap = await reader(scene, "alice", "xcap").token();
  for (const authorization of ["", "Bearer x", `Bearer ${xcap}`, "Basic YWxpY2U6YWxpY2U="]) {
    for (const path of [
      "messages",
      "conversations",
      "search?q=bob",
      "export",
      "read",
      "removed",
      "x",
    ]) {
      const headers = authorization === "" ? {} : { authorization };
      const { status } = await fetch(`${scene.victim.server.httpUrl}/history/${path}`, { headers });
      assert.equal(status, 401, `${path} ${authorization}`);
    }
  }
  assert.equal((await alice.ask(`/history/messages/${id}`)).status, 200);
};

const injection: Scenario = async (scene) => {
  const said = `50% of '; DROP TABLE history; -- is .* and _x_ "y" NEAR(z)`;
  const alice = await keep(scene, "alice", said);
  const search = (query: string) =>
    told<{ hits: readonly { excerpt: string }[] }>(
      alice,
      `/history/search?q=${encodeURIComponent(query)}`,
    );
  const found = ["50%", "'; DROP TABLE history; --", ".*", "_x_", '"y"', "NEAR(z)", "50% NEAR"];
  for (const query of found) {
    const { hits } = await search(query);
    assert.deepEqual(
      hits.map(({ excerpt }) => excerpt),
      [said],
      query,
    );
  }
  for (const query of ["%zzz%", "5_%", "' OR 1=1 --", ".+", "x* OR y", "text:y", "\\0", "^50"]) {
    assert.deepEqual((await search(query)).hits, [], query);
  }
};

const formula: Scenario = async (scene) => {
  const alice = await keep(scene, "alice", '=HYPERLINK("http://evil.example")');
  const answer = await alice.ask("/history/export?format=csv");
  assert.match(await answer.text(), /,"'=HYPERLINK\(""http:\/\/evil\.example""\)"\r\n/);
  assert.match(answer.headers.get("content-disposition") ?? "", /^attachment/);
};

export const history: Scenarios = new Map([
  ["history-other", ofOthers],
  ["history-search-injection", injection],
  ["history-export-formula", formula],
]);
