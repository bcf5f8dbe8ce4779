/** Accounts as operators type them, who may have mistyped one. */
import type { Ask } from "./admin/verb.ts";

export interface Account {
  readonly name: string;
  readonly identities: readonly string[];
}

/** Of a name, or of one of its addresses; undefined: there is none. */
export async function findAccount(ask: Ask, typed: string): Promise<Account | undefined> {
  const search = typed.replace(/^sips?:/i, "");
  const { users } = await ask("GET", `/users?${new URLSearchParams({ search })}`);
  return (users as readonly Account[]).find(
    ({ name, identities }) =>
      name === typed || identities.includes(typed) || identities.includes(`sip:${typed}`),
  );
}

/** Says on standard error which of these are nobody's; nothing of other domains than that of the server. */
export async function warnOfNobody(ask: Ask, typed: readonly string[]): Promise<void> {
  if (typed.length === 0) return;
  const { domain } = await ask("GET", "/health");
  const own = typed.filter((one) => !one.includes("@") || one.endsWith(`@${domain}`));
  const found = await Promise.all(own.map((one) => findAccount(ask, one)));
  const unknown = own.filter((_, at) => found[at] === undefined);
  if (unknown.length === 0) return;
  process.stderr.write(
    `warning: there is no account ${unknown.join(", ")}; users list prints all\n`,
  );
}
