/** What a server tells its own pages: its domain, and, of the local service, the accounts to try it with. */
import type { DigestSecret } from "@parlance/client/web";

export interface WelcomeFacts {
  /** Empty where the server does not tell. */
  readonly domain: string;
  /** Whether there are accounts to be tried. */
  readonly tries: boolean;
  /** Whether it has a way to people of other domains. */
  readonly reachesOthers: boolean;
}

export interface ReadyAccount {
  readonly user: string;
  readonly secret: DigestSecret;
}

const NOTHING: WelcomeFacts = { domain: "", tries: false, reachesOthers: true };

export async function welcomeFacts(): Promise<WelcomeFacts> {
  try {
    const answer = await fetch("/welcome", { cache: "no-store" });
    if (!answer.ok) return NOTHING;
    return { ...NOTHING, ...((await answer.json()) as Partial<WelcomeFacts>) }; // of our own server
  } catch {
    return NOTHING; // offline: the page was kept by the browser
  }
}

/** Rejects where there are none, or not for this page. */
export async function readyAccounts(): Promise<readonly ReadyAccount[]> {
  const answer = await fetch("/welcome/accounts", { method: "POST", cache: "no-store" });
  if (!answer.ok) throw new Error("no ready accounts here");
  const { accounts } = (await answer.json()) as { readonly accounts: readonly ReadyAccount[] }; // of our own server
  return accounts;
}
