/** A warning about names that the server does not know, which are mostly mistyped. */
import type { ImClient } from "@parlance/client";
import type { OwnerCall } from "./as-owner.ts";

const MOST_ASKED = 50; // of the 200 requests for documents that a user has at once

/**
 * Says on standard error which of the addresses of the user's own domain are nobody's, as far as the server tells him: it is asked
 * for their profiles, which it refuses of whoever is not there and of whoever has blocked him alike. Nothing is said of other domains.
 */
export async function warnUnknown(
  { profile, address: self }: ImClient,
  addresses: readonly string[],
  call: OwnerCall,
): Promise<void> {
  const domain = self.slice(self.indexOf("@")).toLowerCase();
  const own = [...new Set(addresses)].filter(
    (one) => one.toLowerCase().startsWith("sip:") && one.toLowerCase().endsWith(domain),
  );
  const judged = await Promise.all(
    own.slice(0, MOST_ASKED).map(async (one) => {
      const seen = await profile.of(one, call).then(
        () => true,
        (error: Error) => !("code" in error && error.code === "refused"),
      );
      return seen ? [] : [one];
    }),
  );
  const unknown = judged.flat();
  if (unknown.length === 0) return;
  process.stderr.write(
    `warning: the server shows you no account ${unknown.join(", ")}; is the name right?\n`,
  );
}
