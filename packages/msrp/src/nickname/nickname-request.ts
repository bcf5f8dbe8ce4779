/** NICKNAME requests. RFC 7701 §7.1 */
import type { MsrpRequest } from "../frame/index.ts";
import { parseUseNickname } from "./use-nickname.ts";

/** The name that is asked for, or the status that refuses the request: 400 or 424. */
export function readNickname(request: MsrpRequest): { readonly name: string } | number {
  const { successReport, failureReport, body } = request;
  // RFC 7701 §7.1: neither reports nor a body belong to it.
  if (successReport !== undefined || failureReport !== undefined || body !== undefined) return 400;
  const values = [...request.headers()].filter(([name]) => name.toLowerCase() === "use-nickname");
  const [only] = values;
  if (only === undefined || values.length > 1) return 400;
  const name = parseUseNickname(only[1]);
  return name.ok ? { name: name.value } : 424;
}
