/** What the tests of the client share: a world, and applications that write down what they are shown. */
import type { TestContext } from "node:test";
import { startWorld, type World, type WorldOptions } from "@parlance/testkit";
import type { ImClient } from "./client.ts";
import type { IncomingMessage } from "./receiving/incoming-message.ts";
import type { SentMessage } from "./sending/sent-message.ts";
import type { SendingState } from "./store/client-store.ts";

export async function worldFor(t: TestContext, options: WorldOptions = {}): Promise<World> {
  const world = await startWorld(options);
  t.after(() => world.end());
  return world;
}

export function textOf(message: IncomingMessage): string {
  return message.kind === "text" ? message.text : message.contentType;
}

/** Everything that is shown to the application from now on. */
export function reading(client: ImClient): IncomingMessage[] {
  const shown: IncomingMessage[] = [];
  client.on("message", (message) => shown.push(message));
  return shown;
}

export function statesOf(message: SentMessage): SendingState[] {
  const states = [message.state];
  message.on("state", (state) => states.push(state));
  return states;
}

/** The code of what a promise rejects with; undefined when it resolves. */
export async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    return error instanceof Error && "code" in error ? error.code : error;
  }
}
