/** Why somebody is not let into a group, in words that say what he can do about it. */
import { explainFailure } from "../failure.ts";

export function explainJoin(error: unknown, { sentAway }: { readonly sentAway: boolean }): string {
  const told = explainFailure(error);
  if (!(error instanceof Error && error.name === "ImError")) return told;
  if (told.endsWith(NO_ANONYMITY)) return `${told}; ${KNOWN}`;
  if (sentAway && told.endsWith(NO_JOINING)) return `${told}; ${SENT_AWAY}`;
  return told;
}

/** As of the Warnings of the server. */
const NO_ANONYMITY = "anonymity not allowed";
const NO_JOINING = "not authorised to join the session";

const KNOWN =
  "nobody may hide there, or you are known there by name, and so you are until its session is over";
const SENT_AWAY = "you were sent away, and come in again when a moderator asks you";
