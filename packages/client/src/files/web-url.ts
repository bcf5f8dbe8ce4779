/** URLs of the web, as far as it must be known where they lead. RFC 9110 §4.2 */

export interface WebUrl {
  readonly scheme: "http" | "https";
  /** As written, an IPv6 literal in its brackets. */
  readonly host: string;
  readonly origin: string;
  /** Begins with a slash, or is empty; without query. */
  readonly path: string;
}

// No user before the host: "https://bank.example@evil.example" is meant to mislead.
const URL =
  /^(https?):\/\/(\[[0-9a-f:.]{2,45}\]|[a-z0-9.-]{1,253})(:\d{1,5})?(\/[^\s?#]{0,2048})?(\?[^\s#]{0,2048})?$/i;

export function readWebUrl(text: string): WebUrl | undefined {
  const [, scheme = "", host = "", port = "", path = ""] = URL.exec(text) ?? [];
  if (host === "") return undefined;
  const small = scheme.toLowerCase() === "https" ? "https" : "http";
  return { scheme: small, host, origin: `${small}://${host.toLowerCase()}${port}`, path };
}

/** Nobody on the way can read or change what comes from there. */
export function isLoopback({ host }: WebUrl): boolean {
  const small = host.toLowerCase();
  return small === "localhost" || small === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(small);
}

/** `wss://im.example.com/sip` is beside `https://im.example.com`; other servers tell nothing of the web. */
export function webServerBeside(server: string | undefined): string | undefined {
  const [, secure, place] = /^ws(s?):(?:\/\/)?([^/]+)/i.exec(server ?? "") ?? [];
  return place === undefined ? undefined : `http${secure?.toLowerCase() ?? ""}://${place}`;
}
