/** Which of the records are about users who are traced: those that name them, and what belongs to the same conversations. */
import type { Reading } from "./reading.ts";

/** A message of somebody traced is told by one of these also where its headers do not name him. */
const MOST_KEYS = 20_000;

export class Interest {
  readonly #users = new Set<string>();
  /** Of conversations: Call-IDs, MSRP sessions, messages. The oldest is forgotten first. */
  readonly #keys = new Set<string>();

  get size(): number {
    return this.#users.size;
  }

  add(user: string): void {
    this.#users.add(user);
  }

  /** What is known of conversations may be his, and goes as well. */
  remove(user: string): void {
    if (this.#users.delete(user)) this.#keys.clear();
  }

  /** A conversation, by any of its names. */
  addConversation(id: string): void {
    for (const kind of ["call", "message", "session"]) this.#remember(`${kind} ${id}`);
  }

  /** Is it one of them? What it is joined to is remembered. */
  takes(reading: Reading): boolean {
    const keys = keysOf(reading);
    const taken = this.#names(reading) || keys.some((key) => this.#keys.has(key));
    if (taken) for (const key of keys) this.#remember(key);
    return taken;
  }

  #names({ users }: Reading): boolean {
    for (const user of users) if (this.#users.has(user)) return true;
    return false;
  }

  #remember(key: string): void {
    this.#keys.delete(key);
    this.#keys.add(key);
    if (this.#keys.size <= MOST_KEYS) return;
    const [oldest] = this.#keys;
    if (oldest !== undefined) this.#keys.delete(oldest);
  }
}

/** What holds a conversation together. */
export function keysOf({ callId, messageIds, sessions }: Reading): readonly string[] {
  const keys: string[] = [];
  if (callId !== undefined) keys.push(`call ${callId}`);
  for (const id of messageIds) keys.push(`message ${id}`);
  for (const id of sessions) keys.push(`session ${id}`);
  return keys;
}
