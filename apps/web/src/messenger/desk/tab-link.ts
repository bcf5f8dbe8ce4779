/**
 * Several tabs of one user: one of them has the client, by the lock of the store; the others show what its board has and
 * hand over what they are told to do. Nothing but pages of this origin can speak on such a channel.
 */
import type { Board } from "../model/board.ts";
import { faultOf } from "../model/refusal-words.ts";
import { applyPatch, patchOf, type SlicePatch } from "../model/slice-patch.ts";
import type { Fault, Slices } from "../model/views.ts";
import { COMMANDS } from "./commands.ts";
import { type Commands, commandsOver, performed } from "./commands-over.ts";

type Said =
  /** Of the tab that has the client from now on. */
  | { readonly say: "leads" }
  /** Of a tab that has none: who has one? */
  | { readonly say: "hello"; readonly from: string }
  /** Everything that is on the board. */
  | { readonly say: "board"; readonly to: string; readonly patches: readonly SlicePatch[] }
  | { readonly say: "change"; readonly patch: SlicePatch }
  | {
      readonly say: "do";
      readonly from: string;
      readonly call: number;
      readonly name: string;
      readonly given: readonly unknown[];
    }
  /** It has arrived, and is done or fails: whoever asked does not ask anybody else. */
  | { readonly say: "got"; readonly to: string; readonly call: number }
  | {
      readonly say: "done";
      readonly to: string;
      readonly call: number;
      readonly value: unknown;
      readonly fault: Fault | undefined;
    }
  /** The tab with the client signs out, and with it all others. */
  | { readonly say: "over" };

const CLOSED: Fault = {
  code: "closed",
  status: undefined,
  warning: undefined,
  retryAfterMs: undefined,
};

function channelOf(account: string): BroadcastChannel {
  return new BroadcastChannel(`parlance ${account}`);
}

export interface Lead {
  /** Tells the other tabs that the user has signed out. */
  over(): void;
  close(): void;
}

/** The side with the client. */
export function lead(account: string, board: Board<Slices>, desk: Commands): Lead {
  const channel = channelOf(account);
  const told = new Map<keyof Slices, unknown>();
  let followed = false;
  let closed = false;
  const say = (said: Said): void => {
    if (!closed) channel.postMessage(said);
  };
  const unfollow = board.follow((key) => {
    if (!followed) return;
    const value = board.get(key);
    say({ say: "change", patch: patchOf(key, told.get(key), value) });
    told.set(key, value);
  });
  channel.addEventListener("message", ({ data }: MessageEvent<Said>) => {
    if (data.say === "hello") {
      followed = true;
      const patches = board.keys.map((key): SlicePatch => {
        const value = board.get(key);
        told.set(key, value);
        return { kind: "whole", key, value };
      });
      say({ say: "board", to: data.from, patches });
    }
    if (data.say === "do") void perform(desk, data, say);
  });
  say({ say: "leads" });
  return {
    over: () => say({ say: "over" }),
    close() {
      closed = true;
      unfollow();
      channel.close();
    },
  };
}

async function perform(
  desk: Commands,
  { from, call, name, given }: Extract<Said, { say: "do" }>,
  say: (said: Said) => void,
): Promise<void> {
  const answer = { say: "done", to: from, call } as const;
  if (!COMMANDS.has(name)) return;
  say({ say: "got", to: from, call });
  try {
    say({ ...answer, value: await performed(desk, name, given), fault: undefined });
  } catch (error) {
    say({ ...answer, value: undefined, fault: faultOf(error) });
  }
}

export interface Follow {
  readonly commands: Commands;
  /** What nobody has got is done by these instead; what somebody has got and not answered fails. */
  close(instead?: Commands): void;
}

interface Call {
  readonly name: string;
  readonly given: readonly unknown[];
  readonly answer: PromiseWithResolvers<unknown>;
  got: boolean;
}

/** The side without. `over`: the user has signed out elsewhere. */
export function follow(account: string, board: Board<Slices>, over: () => void): Follow {
  const channel = channelOf(account);
  const from = crypto.randomUUID();
  const waiting = new Map<number, Call>();
  let calls = 0;
  const say = (said: Said): void => channel.postMessage(said);
  channel.addEventListener("message", ({ data }: MessageEvent<Said>) => {
    switch (data.say) {
      case "leads":
        for (const [call, { name, given, answer, got }] of waiting) {
          if (!got) say({ say: "do", from, call, name, given });
          else if (waiting.delete(call)) answer.reject(CLOSED); // the one before has gone
        }
        return say({ say: "hello", from });
      case "board":
        if (data.to === from) for (const patch of data.patches) apply(board, patch);
        return;
      case "change":
        return apply(board, data.patch);
      case "done": {
        if (data.to !== from) return;
        const { answer } = waiting.get(data.call) ?? {};
        waiting.delete(data.call);
        if (data.fault === undefined) answer?.resolve(data.value);
        else answer?.reject(data.fault);
        return;
      }
      case "got": {
        const call = data.to === from ? waiting.get(data.call) : undefined;
        if (call !== undefined) call.got = true;
        return;
      }
      case "over":
        return over();
    }
  });
  say({ say: "hello", from });
  const call = (name: string, given: readonly unknown[]): Promise<unknown> => {
    calls += 1;
    const answer = Promise.withResolvers<unknown>();
    waiting.set(calls, { name, given, answer, got: false });
    say({ say: "do", from, call: calls, name, given });
    return answer.promise;
  };
  return {
    commands: commandsOver(call),
    close(instead) {
      channel.close();
      for (const { name, given, answer, got } of waiting.values()) {
        if (got || instead === undefined) answer.reject(CLOSED);
        else performed(instead, name, given).then(answer.resolve, answer.reject);
      }
    },
  };
}

function apply(board: Board<Slices>, patch: SlicePatch): void {
  const value = applyPatch(patch, board.get(patch.key));
  board.put(patch.key, value as Slices[typeof patch.key] | undefined); // as the other side has it under this key
}
