/** The pages of help: each command lists all that it takes, and says how it ends. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { Command } from "commander";
import { runCommand } from "../../../tools/test/command.ts";
import { parlanceProgram } from "./program.ts";

test("the help of each command lists its options and arguments, and says how it ends", () => {
  const commands = [...walk(parlanceProgram())];
  assert.ok(commands.length > 90, String(commands.length));
  for (const [path, command] of commands) {
    let page = "";
    command.configureOutput({ writeOut: (text) => void (page += text) }).outputHelp();
    const own = command.commands.find((one) => isHidden(one)) ?? command;
    for (const { long } of own.options) assert.ok(page.includes(`${long}`), `${path}: ${long}`);
    for (const argument of own.registeredArguments) {
      assert.ok(page.includes(argument.name()), `${path}: ${argument.name()}`);
    }
    assert.ok(command.description() !== "", path);
    if (command.commands.length > 0 && command.parent !== null) {
      assert.deepEqual(command.options, [], `${path}: options that its commands would take, too`);
      continue;
    }
    assert.match(page, /^Exit status: 0 /m, path);
  }
});

test("docs/command.md names every command", () => {
  const page = readFileSync(new URL("../../../docs/command.md", import.meta.url), "utf8");
  for (const [path, { commands }] of walk(parlanceProgram())) {
    const name = path.replace(/^parlance ?/, "");
    if (name.startsWith("admin ") || (commands.length > 0 && name !== "admin")) continue;
    assert.ok(page.includes(`\`${name}\``), name);
  }
});

function* walk(command: Command, path = command.name()): Generator<[path: string, of: Command]> {
  yield [path, command];
  for (const one of command.commands.filter((each) => !isHidden(each))) {
    yield* walk(one, `${path} ${one.name()}`);
  }
}

/** What a group does when none of its commands is named. */
function isHidden(command: Command): boolean {
  return command.name() === "(none)";
}

test("the pages of what people begin with have examples, and where a server is looked for", async () => {
  const main = await runCommand(["--help"]);
  assert.equal(main.status, 0);
  assert.match(main.out, /Examples:[\s\S]*Exit status: 0 done, 1 refused or failed, 2 wrong usage/);
  const client = ["chat", "send", "receive", "history", "search", "export"];
  for (const command of ["start", ...client, "trace"]) {
    const { status, out } = await runCommand([command, "--help"]);
    assert.equal(status, 0, command);
    assert.match(out, /Examples:\n {2}\$ /, command);
  }
  assert.match(
    (await runCommand(["send", "--help"])).out,
    /default: the server\s+of[\s\S]*tcp:\/\/127\.0\.0\.1:5060/,
  );
  assert.match((await runCommand(["users", "add", "--help"])).out, /default: \.\/data/);
});
