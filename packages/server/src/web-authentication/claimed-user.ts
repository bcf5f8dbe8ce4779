/** Whose request it says it is, unproven: for whoever only looks on. */
import { parseBase64url, utf8TextLossy } from "@parlance/wire";
import type { WebRequest } from "../web/index.ts";

const DIGEST = /^digest [^]{0,4096}\busername="([^"]{1,256})"/i;
const BEARER = /^bearer ([\w-]{1,468})\.[\w-]{43}$/i;

/** The name of an account, or what is said to be one. */
export function claimedUser({ headers }: WebRequest): string | undefined {
  const [authorization = ""] = headers.get("authorization") ?? [];
  const [, body] = BEARER.exec(authorization) ?? [];
  if (body === undefined) return DIGEST.exec(authorization)?.[1];
  try {
    const claims: unknown = JSON.parse(utf8TextLossy(parseBase64url(body)));
    const user: unknown = Array.isArray(claims) ? claims[2] : undefined;
    return typeof user === "string" ? user : undefined;
  } catch {
    return undefined; // no token of ours
  }
}
