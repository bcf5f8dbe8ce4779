/** The release version of an IM product, as User-Agent and Server show it. Appendix F. */

export interface Release {
  readonly component: "client" | "server";
  /** "OMA1.0" */
  readonly version: string;
  /** What the maker adds: "Acme/1.0 (test)". */
  readonly product: string | undefined;
}

/** The release that we send unless the operator says otherwise. */
export const DEFAULT_VERSION = "OMA1.0";

const TOKEN = /^IM-(?<component>client|serv)\/(?<version>OMA\d{1,4}\.\d{1,4})$/i;

/** Value of User-Agent (a client's, and a server's in requests) or Server (in responses). */
export function formatRelease(release: Release): string {
  const component = release.component === "client" ? "IM-client" : "IM-serv";
  const token = `${component}/${release.version}`;
  return release.product === undefined ? token : `${token} ${release.product}`;
}

/** Reads either header; undefined when it is not an IM product. The component is case-insensitive. */
export function parseRelease(text: string): Release | undefined {
  const [first = "", ...rest] = text.trim().split(/[ \t]+/, 64);
  const match = TOKEN.exec(first)?.groups;
  if (match === undefined) return undefined;
  return {
    component: match["component"]?.toLowerCase() === "client" ? "client" : "server",
    version: match["version"]?.toUpperCase() ?? DEFAULT_VERSION,
    product: rest.length === 0 ? undefined : rest.join(" "),
  };
}

/** Is the far end an IM server? Clients ask it of User-Agent or Server, whichever is there. */
export function isImServer(userAgent: string | undefined): boolean {
  return userAgent !== undefined && parseRelease(userAgent)?.component === "server";
}
