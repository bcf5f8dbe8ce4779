/** The way in, as the API document tells it: the door of the listener serves these itself. */
import { z } from "zod";
import type { Route } from "./route.ts";
import { time } from "./shapes.ts";

const served: Pick<Route, "tag" | "params" | "query" | "octets" | "audit" | "perform"> = {
  tag: "login",
  params: undefined,
  query: undefined,
  octets: [],
  audit: "itself",
  perform: () => undefined,
};

const csrf = z.string().describe("For the header x-parlance-csrf of whatever changes something.");

export const LOGIN_ROUTES: readonly Route[] = [
  {
    ...served,
    method: "POST",
    path: "/login",
    summary:
      "Log a browser in with the operator's token: a cookie for 12 hours, or 30 idle minutes",
    body: z.strictObject({ token: z.string() }),
    answer: z.strictObject({ csrf, expiresAt: time }),
    status: 200,
    denials: ["needs tls"],
  },
  {
    ...served,
    method: "GET",
    path: "/login",
    summary: "Who one is here",
    body: undefined,
    answer: z.strictObject({
      by: z.enum(["token", "login"]),
      csrf: csrf.optional(),
      expiresAt: time.optional(),
    }),
    status: 200,
    denials: [],
  },
  {
    ...served,
    method: "POST",
    path: "/logout",
    summary: "End the login of this browser",
    body: undefined,
    answer: undefined,
    status: 204,
    denials: [],
  },
];
