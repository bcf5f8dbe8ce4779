/** The configuration of a node: one schema gives validation, explanation, JSON Schema and the docs page. */
import { z } from "zod";
import { limits } from "./limits.ts";
import { auth, compat, core, listen, media, relay, tls, web } from "./network.ts";
import { group, room, user } from "./people.ts";
import { access, backup, conferences, files, history, push, xcap } from "./services.ts";
import { text } from "./values.ts";
import { log, trace } from "./watching.ts";

const keys = z.strictObject({
  domain: text("The SIP domain served.").default("parlance.test"),
  data: text("Folder of everything that is kept: database, server key, operator token.").default(
    "./data",
  ),
  listen: listen.describe("Where the node listens."),
  store: text("sqlite:FILE (relative to the data folder) or memory: (lost at the end).").default(
    "sqlite:parlance.db",
  ),
  bus: z.literal("local:").default("local:").describe("Between nodes; local: is one node alone."),
  users: z.array(user).default([]).describe("Accounts made at start when they are absent."),
  rooms: z.array(room).default([]).describe("Chat rooms: every user of the domain may come in."),
  groups: z.array(group).default([]).describe("Pre-defined groups."),
  conferences,
  core,
  auth,
  compat,
  media,
  relay,
  tls,
  files,
  web,
  access,
  xcap,
  history,
  backup,
  push,
  trace,
  log,
  limits,
});

/** With what one key says about another. */
export const configuration = keys.superRefine((read, check) => {
  const { limits: bounds } = read;
  const { sip, trusted, msrp, http, admin } = read.listen;
  const wrong = (path: string[], message: string): void =>
    check.addIssue({ code: "custom", path, message });
  const listeners = [...sip, ...trusted, ...msrp, http ?? "", admin ?? ""];
  const secured = listeners.find((each) => /^(?:tls|https):/i.test(each));
  if (secured !== undefined && read.tls.certificates.length === 0) {
    wrong(["tls", "certificates"], `${secured} needs a certificate`);
  }
  checkCore(read, wrong);
  if (bounds.minExpiresSeconds > bounds.maxExpiresSeconds) {
    wrong(["limits", "minExpiresSeconds"], "is above maxExpiresSeconds");
  }
  if (bounds.minSubscriptionSeconds > bounds.maxSubscriptionSeconds) {
    wrong(["limits", "minSubscriptionSeconds"], "is above maxSubscriptionSeconds");
  }
});

/** What each mode of the core cannot do without. */
function checkCore(
  { core: { mode, next, trustedPeers }, users, listen: { trusted } }: z.infer<typeof keys>,
  wrong: (path: string[], message: string) => void,
): void {
  if (mode === "standalone") {
    users.forEach(({ password }, at) => {
      if (password === undefined) wrong(["users", String(at), "password"], "is missing");
    });
    return;
  }
  if (next === undefined) wrong(["core", "next"], "core.mode as needs it");
  const known = trustedPeers.some(
    ({ addresses, tlsNames }) =>
      tlsNames.length > 0 || (addresses.length > 0 && trusted.length > 0),
  );
  if (!known) {
    const needs = "tlsNames of a peer, or its addresses and a listener in listen.trusted";
    wrong(["core", "trustedPeers"], `core.mode as needs ${needs}`);
  }
}

export type Configuration = Readonly<z.infer<typeof configuration>>;
