/** The service that `npm start` runs: everything on loopback, four users, a group, a room. */
import { randomBytes } from "node:crypto";

const NAMES = ["alice", "bob", "carol", "dave"];

/** What stands under the file, the environment and --set. Passwords count only for accounts that are absent. */
export function localService(): object {
  return {
    domain: "parlance.test",
    data: "./data",
    users: NAMES.map((name) => ({ name, password: newPassword() })),
    rooms: [{ name: "lobby", displayName: "Lobby", moderators: ["alice"], allowAnonymity: true }],
    groups: [{ name: "team", displayName: "Team", members: NAMES }],
    compat: { plainSip: true },
    web: { readyAccounts: ["alice", "bob"] },
    history: { default: true },
    trace: { everybody: true },
    log: { level: "warn", pretty: true },
  };
}

/** Easy to type, 60 random bits: twelve letters and digits that are not mistaken for others. */
export function newPassword(): string {
  const alphabet = "abcdefghjkmnpqrstuvwxyz23456789X";
  return [...randomBytes(12)].map((octet) => alphabet[octet % 32]).join("");
}
