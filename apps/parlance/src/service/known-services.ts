/** Servers of this user on this machine, and where their data is: so that commands beside them need not be told. */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";

export interface KnownService {
  /** The operator's listener. */
  readonly admin: string;
  /** The data folder. */
  readonly data: string;
  readonly domain?: string;
  /** Where users reach it over SIP. */
  readonly sip?: readonly string[];
  /** Where its pages, files and documents are. */
  readonly http?: string;
  readonly pid: number;
}

/** Where notes lie: of this user alone. */
export function notesFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const own = environment["XDG_RUNTIME_DIR"];
  return own === undefined || own === ""
    ? join(tmpdir(), `parlance-${userInfo().username}`)
    : join(own, "parlance");
}

/** Notes that this process serves; returns how to take the note away. Whoever cannot write there has no note. */
export function announceService(
  service: Omit<KnownService, "pid">,
  folder = notesFolder(),
): () => void {
  const { pid } = process;
  const file = join(folder, `${pid}.json`);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (!isOwn(folder)) return () => undefined;
    removeStale(folder);
    writeFileSync(file, JSON.stringify({ ...service, pid }), { mode: 0o600 });
  } catch {
    return () => undefined;
  }
  return () => rmSync(file, { force: true });
}

/** Those that run. What others could have written is not believed. */
export function knownServices(folder = notesFolder()): readonly KnownService[] {
  try {
    if (!isOwn(folder)) return [];
    return readdirSync(folder).flatMap((name) => readNote(join(folder, name)));
  } catch {
    return [];
  }
}

/** Of those that could not take theirs away. */
function removeStale(folder: string): void {
  for (const name of readdirSync(folder)) {
    const [, pid] = /^(\d{1,10})\.json$/.exec(name) ?? [];
    if (pid !== undefined && !isRunning(Number(pid))) rmSync(join(folder, name), { force: true });
  }
}

function readNote(file: string): readonly KnownService[] {
  try {
    const note = JSON.parse(readFileSync(file, "utf8"));
    return isNote(note) && isRunning(note.pid) ? [note] : [];
  } catch {
    return [];
  }
}

function isNote(note: Partial<Record<keyof KnownService, unknown>>): note is KnownService {
  const { admin, data, domain = "", sip = [], http = "" } = note;
  const texts = [admin, data, domain, http, ...(Array.isArray(sip) ? sip : [undefined])];
  return texts.every((one) => typeof one === "string");
}

function isOwn(folder: string): boolean {
  if (process.platform === "win32") return true;
  const { uid, mode } = statSync(folder);
  return uid === process.getuid?.() && (mode & 0o022) === 0;
}

function isRunning(pid: unknown): boolean {
  if (typeof pid !== "number") return false;
  try {
    process.kill(pid, 0); // asks, and does nothing
    return true;
  } catch {
    return false;
  }
}
