/** Who asks by way of an aggregation proxy, which has let him in. OMA XDM Core, 3GPP TS 33.222 */
import { FormatError } from "@parlance/wire";
import type { User, WebLogin } from "../ports/index.ts";
import { field } from "../web/index.ts";
import { forbidden } from "./answers.ts";

const HEADERS = ["x-xcap-asserted-identity", "x-3gpp-asserted-identity"];

/** Of all others what such a header says is not looked at. `proxies`: IP addresses. */
export function behindProxies(
  login: WebLogin,
  proxies: ReadonlySet<string>,
  userAt: (uri: string) => User | undefined,
): WebLogin {
  if (proxies.size === 0) return login;
  return async (request) => {
    const { host } = request.source;
    const said = HEADERS.flatMap((name) => field(request, name) ?? []);
    if (!proxies.has(host) || said.length === 0) return login(request);
    const [first = ""] = said;
    const [, uri] = /^"?([^",<>\s]{1,255})"?$/.exec(first) ?? [];
    if (uri === undefined || said.length > 1) throw new FormatError("identity", 0, "not one URI");
    const user = userAt(uri);
    if (user === undefined || user.disabled) return { do: "refuse", answer: forbidden() };
    return { do: "accept", user };
  };
}
