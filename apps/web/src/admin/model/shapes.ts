/** What the operator's API answers, as far as the pages show it. docs/openapi.json */

export interface User {
  readonly name: string;
  readonly address: string;
  readonly identities: readonly string[];
  readonly displayName?: string;
  /** What he calls himself. */
  readonly profileName?: string;
  readonly disabled: boolean;
  readonly contacts: number;
  readonly sessions: number;
}

export interface Contact {
  readonly contact: string;
  readonly instance?: string;
  readonly expiresAt: number;
  readonly registeredAt: number;
  readonly connection?: string;
}

export interface Traffic {
  readonly frames: number;
  readonly bytes: number;
}

export interface Leg {
  readonly id: string;
  readonly party: string;
  readonly contact?: string;
  readonly connected: boolean;
  readonly connection?: string;
  readonly waiting: Traffic;
  readonly received: Traffic;
  readonly sent: Traffic;
}

export interface Session {
  readonly id: string;
  readonly kind: "one-to-one" | "ad-hoc" | "pre-defined" | "chat room";
  readonly identity?: string;
  readonly group?: string;
  readonly subject?: string;
  readonly startedAt: number;
  readonly participants: readonly {
    readonly address: string;
    readonly name?: string;
    readonly state: string;
    readonly roles: readonly string[];
  }[];
  readonly legs: readonly Leg[];
}

export interface Group {
  readonly identity: string;
  readonly kind: "group" | "room";
  readonly source: "configuration" | "operator" | "user";
  readonly displayName?: string;
  readonly members: readonly string[];
  readonly moderators: readonly string[];
  /** Who are in its session now. */
  readonly present: number;
}

export interface Usage {
  readonly messages: number;
  readonly bytes: number;
}

export interface Health {
  readonly status: string;
  readonly missing?: string;
  readonly version: string;
  readonly domain: string;
  readonly startedAt: number;
  readonly uptimeSeconds: number;
  readonly memory: { readonly residentBytes: number; readonly heapBytes: number };
  readonly storeBusy: boolean;
}

export interface LimitRow {
  readonly name: string;
  readonly value: number;
  readonly usual?: number;
  readonly about?: string;
  readonly used?: number;
  /** The burst of this rate. */
  readonly usedIn?: string;
  readonly hits: number;
}

export interface ConfigKey {
  readonly path: string;
  readonly value: unknown;
  readonly byDefault: unknown;
  readonly changed: boolean;
  readonly type: string;
  readonly variable: string;
  readonly about: string;
}

export interface AuditEntry {
  readonly sequence: number;
  readonly at: number;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly detail: string;
}

export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly values: readonly {
    readonly name: string;
    readonly labels: Readonly<Record<string, string | number>>;
    readonly value: number;
  }[];
}

export interface Traced {
  readonly everybody: boolean;
  readonly users: readonly { readonly user: string; readonly until: number }[];
}
