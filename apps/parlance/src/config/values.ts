/** What values of keys may look like. */
import { z } from "zod";

export const text = (about: string) => z.string().min(1).describe(about);

export const url = (schemes: string) =>
  z
    .string()
    .regex(
      new RegExp(`^(?:${schemes})://(?:\\[[0-9a-f:.]+\\]|[^\\s:/[\\]]+)(?::\\d{1,5})?/?$`, "i"),
      `expected ${schemes.replaceAll("|", ", ")} and ://ADDRESS:PORT`,
    );

/** Sizes are numbers of at most ten digits, as on the wire. */
export const bytes = (usual: number, about: string) =>
  z.number().int().min(1).max(9_999_999_999).default(usual).describe(about);

export const sipUri = z
  .string()
  .regex(
    /^sips?:(?:\[[0-9a-f:.]{2,45}\]|[a-z0-9.-]{1,255})(?::\d{1,5})?(?:;[a-z0-9-]{1,32}(?:=[a-z0-9.-]{1,64})?){0,8}$/i,
    "expected sip:HOST:PORT;transport=tcp",
  );

export const user = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/i, "letters, digits, dot, dash or underscore")
    .describe("Name of the account; the IM Address is sip:NAME@DOMAIN."),
  password: text(
    "Set when the account is made; afterwards only `parlance users passwd` changes it. Behind a core it may be absent: the user logs in there.",
  ).optional(),
  displayName: z.string().max(64).optional().describe("Shown to others."),
});
