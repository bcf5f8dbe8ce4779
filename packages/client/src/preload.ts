import { parts } from "./parts.ts";
import { sessionsPart } from "./session/part.ts";

/** Loads now what is loaded later otherwise: for a page that is to work without its server, and where time is not real. */
export async function preload(): Promise<void> {
  await Promise.all([sessionsPart(), ...Object.values(parts).map((load) => load())]);
}
