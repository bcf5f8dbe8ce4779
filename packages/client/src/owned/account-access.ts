/** What is asked of the server about the account itself. */

import { ImError } from "../base/errors.ts";
import type { FetchAnswer } from "../files/fetch.ts";
import type { Ask, WebAccess } from "../files/web-access.ts";

export function askServer(access: WebAccess | undefined, ask: Ask): Promise<FetchAnswer> {
  if (access !== undefined) return access.ask(ask);
  const warning = "no server of the web is known: set fileServer";
  return Promise.reject(new ImError("not supported", { warning }));
}
