/** Before the first scenario: do the accounts get in, and is nobody else signed in with them? */

import type { Traced } from "@parlance/client";
import { formatMessage } from "@parlance/sip";
import { utf8TextLossy } from "@parlance/wire";
import { CommandError } from "../command-error.ts";
import { explainFailure } from "../failure.ts";
import type { Account, Connecting } from "./accounts.ts";

/** Those that are signed in on other devices as well. Rejects with CommandError where one does not get in. */
export async function lookFirst(
  accounts: readonly Account[],
  connecting: Connecting,
): Promise<readonly string[]> {
  const shared: string[] = [];
  for (const account of accounts) {
    if ((await devicesOf(account, connecting)) > 1) shared.push(account.user);
  }
  return shared;
}

async function devicesOf(
  account: Account,
  { connect, limitMs, signal }: Connecting,
): Promise<number> {
  let devices = 0;
  const late = AbortSignal.timeout(limitMs);
  const trace = (step: Traced): void => {
    devices = contactsIn(step) ?? devices;
  };
  try {
    const client = await connect(account, { trace, signal: AbortSignal.any([signal, late]) });
    const found = devices; // leaving is answered with the others
    await client.close();
    return found;
  } catch (error) {
    const why = late.aborted ? `no answer in ${limitMs / 1_000} s` : explainFailure(error);
    throw new CommandError(`conform: ${account.user} does not get in: ${why}`, { cause: error });
  }
}

/** Contacts that the server tells whoever has registered; undefined: it is something else. RFC 3261 §10.3 */
function contactsIn(step: Traced): number | undefined {
  if (step.protocol !== "sip" || step.direction !== "in") return undefined;
  const { message } = step;
  const text = utf8TextLossy(message instanceof Uint8Array ? message : formatMessage(message));
  if (!text.startsWith("SIP/2.0 200 ") || !/^CSeq: *\d+ +REGISTER *\r?$/im.test(text))
    return undefined;
  const lines = text.match(/^(?:Contact|m):.*$/gim) ?? [];
  return lines.join("\n").match(/<sips?:/gi)?.length;
}
