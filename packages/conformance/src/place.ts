/** Where scenarios are played: a service, and users of it. */
import type { ConnectOptions, ImClient } from "@parlance/client";
import type { Need, Role } from "./words.ts";

export type PersonOptions = Partial<Omit<ConnectOptions, "user" | "password" | "server">>;

export interface Place {
  readonly address: (role: Role) => string;
  /** Connects a client of that user. Rejects with ImError. */
  readonly connect: (role: Role, options: PersonOptions) => Promise<ImClient>;
  /** Addresses of what there is. */
  readonly has: Readonly<Partial<Record<Need, string>>>;
}
