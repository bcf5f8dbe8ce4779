/** What the operator's API takes and answers, where several routes share it. Times are milliseconds since 1970, sizes are octets. */
import { z } from "zod";

export const time = z.number().int().describe("Milliseconds since 1970.");
export const count = z.number().int().min(0);

export const pageLimit = z.coerce.number().int().min(1).max(1_000).default(100);
export const after = z
  .string()
  .max(512)
  .optional()
  .describe("Go on behind this: `next` of a page.");
export const next = z.string().optional().describe("Absent on the last page.");

export const userName = z.object({ name: z.string().max(64).describe("Name of the account.") });

export const userShape = z
  .strictObject({
    name: z.string(),
    address: z.string().describe("The IM Address: sip:NAME@DOMAIN."),
    identities: z.array(z.string()).describe("All addresses that are his, the IM Address first."),
    displayName: z.string().optional(),
    profileName: z.string().optional().describe("What he calls himself in his profile."),
    disabled: z.boolean().describe("Locked: he cannot log in, and nothing reaches him."),
    contacts: count.describe("Registered devices."),
    sessions: count.describe("Sessions that he is in."),
  })
  .meta({ id: "User" });

export const usage = z.strictObject({ messages: count, bytes: count }).meta({ id: "Usage" });

export const contactShape = z
  .strictObject({
    contact: z.string(),
    instance: z.string().optional(),
    expiresAt: time,
    registeredAt: time,
    q: z.number(),
    imClient: z.boolean().describe("Sends the IM feature tag."),
    connection: z.string().optional().describe("TLS 192.0.2.1:49152, for one of the client's own."),
    push: z.string().optional().describe("Provider by which it can be woken. RFC 8599"),
    asleep: z.boolean().describe("Its connection is gone: it has to be woken."),
  })
  .meta({ id: "Contact" });

const traffic = z.strictObject({ frames: count, bytes: count });

export const legShape = z
  .strictObject({
    id: z.string(),
    party: z.string().describe("Address of whose device it is."),
    contact: z.string().optional(),
    connected: z.boolean(),
    connection: z.string().optional().describe("tcp 192.0.2.1:49152"),
    waiting: traffic.describe("What is to go to the device, and is not answered."),
    received: traffic.describe("Frames and octets that came from it so far."),
    sent: traffic.describe("Frames and octets that went to it so far."),
  })
  .meta({ id: "Leg" });

export const sessionShape = z
  .strictObject({
    id: z.string(),
    kind: z.enum(["one-to-one", "ad-hoc", "pre-defined", "chat room"]),
    identity: z.string().optional().describe("Of the session, where it has many."),
    group: z.string().optional().describe("Identity of its group or room."),
    subject: z.string().optional(),
    locked: z.boolean().describe("Nobody new may come in."),
    startedAt: time,
    participants: z.array(
      z.strictObject({
        address: z.string(),
        name: z.string().optional().describe("What the others know him by."),
        state: z.enum(["invited", "present"]),
        roles: z.array(z.string()),
        muted: z.boolean().describe("He may not write."),
      }),
    ),
    legs: z.array(legShape),
  })
  .meta({ id: "Session" });

export const auditShape = z
  .strictObject({
    sequence: count,
    at: time,
    actor: z.string(),
    action: z.string(),
    subject: z.string(),
    detail: z.string(),
  })
  .meta({ id: "AuditEntry" });

export const denialShape = z
  .strictObject({
    code: z.string().describe("For programs; it stays the same."),
    error: z.string().describe("For people."),
    id: z.string().optional().describe("Under which the server's log says more."),
  })
  .meta({ id: "Denial" });
