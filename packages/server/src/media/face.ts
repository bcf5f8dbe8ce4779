/** How the server shows itself in a call of its own. OMA IM 3.16 */
import { CLIENT_EXTENSIONS, METHODS } from "@parlance/im";
import type { CallEdit, Face, Params } from "@parlance/sip";
import type { Calls, Towards } from "../ports/index.ts";

export function faceTowards(
  calls: Calls,
  towards: Pick<Towards, "transport" | "local">,
  features: Params,
  edit?: CallEdit,
): Face {
  return {
    contact: calls.contact(towards, features),
    allow: [...METHODS],
    supported: [...CLIENT_EXTENSIONS],
    ...(edit === undefined ? {} : { edit }),
  };
}
