/** What the node does for its users. */
import { z } from "zod";
import { bytes, text } from "./values.ts";

export const files = z
  .strictObject({
    enabled: z.boolean().default(true).describe("Whether users may keep files on the server."),
    maxFileBytes: bytes(100 * 2 ** 20, "Octets of one file."),
    quotaBytes: bytes(2 ** 30, "Octets of all files of one user, uploads under way included."),
    quotaFiles: z
      .number()
      .int()
      .min(1)
      .max(1_000_000)
      .default(1_000)
      .describe("Files of one user, uploads under way included."),
    expirySeconds: z
      .number()
      .int()
      .min(60)
      .max(10 * 365 * 86_400)
      .default(30 * 86_400)
      .describe("Seconds after its upload when a file is deleted and its URL ends."),
    deferUpToBytes: z
      .number()
      .int()
      .min(0)
      .max(9_999_999_999)
      .default(0)
      .describe(
        "Largest file pushed in a session that is kept for a user who is away, and offered when he is back; 0: none is.",
      ),
    publicUrl: z
      .string()
      .regex(/^https?:\/\/[^\s/?#]+(?:\/[^\s?#]*)?$/i, "expected http:// or https://HOST[/PATH]")
      .optional()
      .describe(
        "What URLs of files begin with, where a proxy stands before listen.http: https://im.example.com. What comes by it with that Host counts as secured.",
      ),
  })
  .prefault({})
  .describe("Files that messages point to. docs/files.md tells how they are kept.");

export const conferences = z
  .strictObject({
    adHocAnonymity: z
      .boolean()
      .default(true)
      .describe("Whether users may hide who they are in sessions that no group stands for."),
    propagateMedia: z
      .boolean()
      .default(false)
      .describe("Whether the others are offered what one device newly takes."),
    aliasPage: z
      .boolean()
      .default(false)
      .describe(
        "Whether everybody who joins is told of a page, under /alias of listen.http, on which he may choose a name.",
      ),
    announce: z
      .array(z.enum(["welcome", "alias", "renamed", "joined", "left", "recording", "time"]))
      .default(["welcome", "alias", "recording", "time"])
      .describe(
        "What the room says itself: on which occasions. Without `recording` nobody is told that somebody has the session recorded.",
      ),
  })
  .prefault({})
  .describe("Sessions of many.");

export const access = z
  .strictObject({
    invite: z
      .enum(["ring", "answer", "refuse"])
      .default("ring")
      .describe(
        "What happens to sessions and messages: they ring, are answered at once, or are refused.",
      ),
    offlineStorage: z.boolean().default(true).describe("Are messages kept while the user is away?"),
  })
  .prefault({})
  .describe("What holds for users without access rules, and for those whom no rule matches.");

export const xcap = z
  .strictObject({
    proxies: z
      .array(z.string())
      .default([])
      .describe(
        "IP addresses of aggregation proxies: whom their X-XCAP-Asserted-Identity names is let in without a password.",
      ),
    profiles: z
      .enum(["users", "nobody"])
      .default("users")
      .describe(
        "Who may read the display name in the profile of another user: users whom he has not blocked, or nobody.",
      ),
  })
  .prefault({})
  .describe("Documents of users over HTTP (XCAP).");

export const history = z
  .strictObject({
    default: z
      .boolean()
      .default(false)
      .describe("Whether conversations of users are kept who have not said so themselves."),
    users: z
      .array(
        z.strictObject({
          name: text("Name of the account."),
          seconds: z.number().int().min(60).max(9_999_999_999).describe("How long."),
        }),
      )
      .default([])
      .describe("Accounts whose history is kept for another time than limits.historySeconds."),
  })
  .prefault({})
  .describe("Conversations kept on the server. docs/history.md tells how.");

export const backup = z
  .strictObject({
    folder: text("Where backups are put, relative to the data folder.").default("backups"),
    keep: z
      .number()
      .int()
      .min(1)
      .max(1_000)
      .default(7)
      .describe("So many are kept: the oldest goes for a new one."),
  })
  .prefault({})
  .describe("Backups that the server takes of itself. docs/operating.md");

export const push = z
  .strictObject({
    webhook: z
      .string()
      .regex(/^https?:\/\/[^\s#]+$/i, "expected https://HOST[/PATH]")
      .nullable()
      .default(null)
      .describe(
        "What is asked, and nothing else, to wake a device that sleeps; null: none is woken. docs/push.md says what it gets.",
      ),
    secretFile: text(
      "Key of the signatures (whsec_…), relative to the data folder; made when it is absent.",
    ).default("push.secret"),
    providers: z
      .array(z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, "expected a name such as fcm"))
      .default(["apns", "fcm", "webpush"])
      .describe("Values of pn-provider that the webhook serves; others get 555."),
  })
  .prefault({})
  .describe("Waking of devices (RFC 8599).");
