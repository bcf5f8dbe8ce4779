/** Has the browser keep the page, so that the messenger begins without a server as well. */

const WORKER = "/worker.js";

export async function keepPage(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  try {
    await navigator.serviceWorker.register(trusted(WORKER));
  } catch {
    // Not from http: to other machines, not where site data is refused: the page needs its server then.
  }
}

/** The policy of the page takes no plain text where a script is named. */
function trusted(url: string): string {
  const { trustedTypes } = window as Window & { readonly trustedTypes?: TrustedTypePolicies };
  if (trustedTypes === undefined) return url;
  const policy = trustedTypes.createPolicy("parlance-worker", {
    createScriptURL(wanted) {
      if (wanted !== WORKER) throw new TypeError("no other script");
      return wanted;
    },
  });
  return policy.createScriptURL(url) as string; // a TrustedScriptURL, which is taken for one
}

/** As far as it is used; not every version of the types has it. */
interface TrustedTypePolicies {
  createPolicy(
    name: string,
    rules: { createScriptURL(wanted: string): string },
  ): { createScriptURL(wanted: string): unknown };
}
