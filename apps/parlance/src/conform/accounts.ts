/** The accounts that scenarios are played with, and how they come to their server. */
import { setTimeout as pause } from "node:timers/promises";
import { type ConnectOptions, type ImClient, ImError } from "@parlance/client";
import { connect } from "@parlance/client/node";
import { VERSION } from "../version.ts";

export interface Account {
  readonly user: string;
  readonly password: string;
}

export type Way = Partial<Omit<ConnectOptions, "user" | "password" | "server">>;

export interface Connecting {
  /** Rejects with ImError. */
  readonly connect: (account: Account, options: Way) => Promise<ImClient>;
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

export function connectingTo(server: string): Connecting["connect"] {
  return (account, options) =>
    patiently(
      () => connect({ ...options, ...account, server, product: `Parlance-conform/${VERSION}` }),
      options.signal,
    );
}

/** Users come and go faster here than a server has to bear. Where it says when to come again, that is obeyed. */
async function patiently<T>(
  connecting: () => Promise<T>,
  signal: { readonly aborted: boolean } | undefined,
): Promise<T> {
  for (;;) {
    try {
      return await connecting();
    } catch (error) {
      const waitMs = error instanceof ImError ? error.retryAfterMs : undefined;
      if (waitMs === undefined || signal?.aborted === true) throw error;
      await pause(waitMs);
    }
  }
}
