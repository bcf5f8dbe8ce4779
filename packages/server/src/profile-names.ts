/** What users call themselves in their profiles: known to whoever shows them to others. OMA Shared Profile XDM */
import { parseUserProfile } from "@parlance/formats";
import type { DocumentNews } from "./ports/index.ts";
import type { DocumentStore } from "./store/index.ts";
import { USER_PROFILE } from "./xdm/index.ts";

export interface ProfileNamesPorts {
  readonly store: DocumentStore;
  readonly called: (account: string, name: string | undefined) => void;
}

const PAGE = 500;

export class ProfileNames {
  readonly #ports: ProfileNamesPorts;

  constructor(ports: ProfileNamesPorts) {
    this.#ports = ports;
  }

  /** Before the first request is taken. */
  async start(): Promise<void> {
    for (let after: { readonly owner: string; readonly name: string } | undefined; ; ) {
      const page = await this.#ports.store.ofUsage(USER_PROFILE, after, PAGE);
      for (const { owner, bytes } of page) this.#ports.called(owner, nameIn(bytes));
      after = page.at(-1);
      if (page.length < PAGE) return;
    }
  }

  changed({ auid, owner, after }: DocumentNews): void {
    if (auid === USER_PROFILE) this.#ports.called(owner, after && nameIn(after.bytes));
  }
}

function nameIn(bytes: Uint8Array): string | undefined {
  const read = parseUserProfile(bytes);
  return read.ok ? read.value.displayName : undefined; // it was read before it was stored
}
