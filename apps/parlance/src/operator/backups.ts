/** Backups: taken while the server runs, into its data folder. What is in them is told to nobody here. */
import { z } from "zod";
import { deny } from "./denials.ts";
import { change, look, type Route } from "./route.ts";
import { count } from "./shapes.ts";

const shape = z
  .strictObject({
    name: z.string(),
    folder: z.string().describe("On the machine of the server."),
    takenAt: z.string().describe("As RFC 3339 has it."),
    version: z.string().describe("Of the server that has taken it."),
    bytes: count,
    files: count,
  })
  .meta({ id: "Backup" });
const one = z.object({ name: z.string().max(64) });

export const backupRoutes: readonly Route[] = [
  look(
    {
      path: "/backups",
      tag: "backups",
      summary: "List backups, the newest first",
      answer: z.strictObject({ backups: z.array(shape) }),
    },
    async (_, { backups }) => ({ backups: [...(await backups.list())] }),
  ),
  change(
    {
      method: "POST",
      path: "/backups",
      tag: "backups",
      summary:
        "Copy database, contents and keys as they are at one moment, while everything goes on; the oldest beyond backup.keep go",
      status: 201,
      answer: shape,
      denials: ["backup runs already", "nothing on disk"],
      audit: () => ({ action: "backup taken", subject: "server" }),
    },
    async (_, { backups }) => {
      const made = await backups.take();
      return typeof made === "string" ? deny(made) : made;
    },
  ),
  change(
    {
      method: "DELETE",
      path: "/backups/{name}",
      tag: "backups",
      summary: "Delete a backup",
      params: one,
      denials: ["no such backup"],
      audit: ({ params }) => ({ action: "backup deleted", subject: params.name }),
    },
    async ({ params }, { backups }) =>
      (await backups.remove(params.name)) ? undefined : deny("no such backup"),
  ),
  change(
    {
      method: "POST",
      path: "/backups/{name}/restore",
      tag: "backups",
      summary:
        "End the process in order; the next start begins with this backup, and what was there lies aside",
      params: one,
      status: 202,
      answer: z.strictObject({ restores: z.string(), stops: z.literal(true) }),
      denials: ["no such backup", "backup not whole"],
      audit: "itself",
    },
    async ({ params: { name } }, { backups, audit, drain }) => {
      const noted = await backups.restoreNext(name);
      if (noted === "no such backup") return deny(noted);
      if (noted !== "noted") return deny("backup not whole");
      await audit({ action: "restore", subject: name });
      drain(10_000, true);
      return { restores: name, stops: true as const };
    },
  ),
];
