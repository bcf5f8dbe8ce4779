/** Service settings as people type and read them. Pure. */
import type { ServiceSettings, SettingName } from "@parlance/client";

const WORDS: readonly (readonly [word: string, name: SettingName, about: string])[] = [
  ["bar-sessions", "barSessions", "nobody opens a session with you"],
  ["bar-messages", "barMessages", "no messages come, and none are kept for you"],
  ["bar-files", "barFiles", "no files come, and no links to files"],
  ["visible", "visible", "off: others find you away"],
  ["push-deferred", "pushDeferred", "what waited comes by itself when you are back"],
  ["keep-sessions", "keepSessions", "the server keeps what is said in sessions"],
  ["keep-messages", "keepMessages", "the server keeps messages"],
];

const VALUES = new Map([
  ["on", true],
  ["yes", true],
  ["true", true],
  ["off", false],
  ["no", false],
  ["false", false],
]);

export function settingsHelp(): readonly string[] {
  return WORDS.map(([word, , about]) => `  ${word.padEnd(14)} ${about}`);
}

export function settingLines(holds: ServiceSettings): readonly string[] {
  return WORDS.map(([word, name]) => `${word.padEnd(14)} ${holds[name] ? "on" : "off"}`);
}

/** `bar-messages=on`, one or several; what is wrong with them otherwise. */
export function readChanges(words: readonly string[]): Partial<ServiceSettings> | string {
  const changes = new Map<SettingName, boolean>();
  for (const typed of words) {
    const [word = "", said = ""] = typed.split("=", 2);
    const [, name] = WORDS.find(([each]) => each === word.toLowerCase()) ?? [];
    if (name === undefined) return `no such setting: ${word}; there are ${names()}`;
    const value = VALUES.get(said.toLowerCase());
    if (value === undefined) return `${word}: expected on or off`;
    changes.set(name, value);
  }
  return Object.fromEntries(changes);
}

function names(): string {
  return WORDS.map(([word]) => word).join(", ");
}
