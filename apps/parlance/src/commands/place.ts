/** Where commands of a user find his server when they are not told: beside them, or where `npm start` listens. */
import { resolve } from "node:path";
import type { KnownService } from "../service/known-services.ts";

/** Where `npm start` listens. */
export const LOCAL_SERVICE = "tcp://127.0.0.1:5060";
const LOCAL_FILES = "http://127.0.0.1:8080";
const LOCAL_DATA = "./data";

/** What to do when the SDK knows no web server. */
export const NO_FILE_SERVER =
  "give --file-server: where the server keeps files, history and documents";

export interface Place {
  readonly server: string;
  /** Undefined: the SDK knows it, or nobody does. */
  readonly fileServer: string | undefined;
}

export interface Wanted {
  readonly server?: string;
  readonly fileServer?: string;
}

/**
 * What was said; else the server of ./data, the only one of the user's domain that runs here, or the usual address.
 * `domain`: that of the user.
 */
export function placeFor(
  { server, fileServer }: Wanted,
  domain: string,
  running: readonly KnownService[],
): Place {
  const there = server === undefined ? found(domain, running) : at(server, running);
  const url = server ?? (there && reachable(there)) ?? LOCAL_SERVICE;
  const usual = url === LOCAL_SERVICE && there === undefined ? LOCAL_FILES : undefined;
  return { server: url, fileServer: fileServer ?? there?.http ?? usual };
}

function found(domain: string, running: readonly KnownService[]): KnownService | undefined {
  const serving = running.filter((one) => one.domain === domain && reachable(one) !== undefined);
  const beside = serving.find(({ data }) => data === resolve(LOCAL_DATA));
  return beside ?? (serving.length === 1 ? serving[0] : undefined);
}

function at(server: string, running: readonly KnownService[]): KnownService | undefined {
  return running.find(({ sip = [] }) => sip.includes(server));
}

function reachable({ sip = [] }: KnownService): string | undefined {
  return sip.find((url) => url.startsWith("tcp:")) ?? sip.find((url) => url.startsWith("udp:"));
}
