/** Whether a request over HTTP comes from a user. */
import type { WebAnswer, WebRequest } from "../web/index.ts";
import type { User } from "./principal.ts";

/** The user, or the answer that asks for a proof. */
export type WebLogin = (
  request: WebRequest,
) => Promise<
  | { readonly do: "accept"; readonly user: User }
  | { readonly do: "refuse"; readonly answer: WebAnswer }
>;
