/** What others write must not steer the terminal: no controls, nothing that turns the direction of text. */

const STEERING = /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

export function plain(text: unknown): string {
  return String(text).replaceAll(STEERING, (each) =>
    each === "\n" || each === "\t" ? each : "\ufffd",
  );
}

/** The same on one line, for names and for output that is read line by line. */
export function plainLine(text: unknown): string {
  return plain(text).replaceAll(/[\n\t]/g, " ");
}
