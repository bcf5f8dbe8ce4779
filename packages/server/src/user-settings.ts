/** The settings of users, put together over the core. */
import { Params } from "@parlance/sip";
import type { ServerConfig, ServerPorts } from "./config.ts";
import type { Core } from "./core/core.ts";
import type { Bounds } from "./limits.ts";
import type { User } from "./ports/index.ts";
import { ServiceSettings } from "./settings/index.ts";

/** `reachable` is told who can be brought what waits for him, and could not before; `changed` whose settings say something new. */
export function makeSettings(
  { history }: ServerConfig,
  limits: Bounds,
  { stores, clock, random, log, metrics }: ServerPorts,
  {
    core: { directory, registrar, subscriptions: notifier, calls, hits },
    reachable,
    changed,
  }: {
    readonly core: Core;
    readonly reachable: (user: User) => void;
    readonly changed: (user: User) => void;
  },
): ServiceSettings {
  const settings = new ServiceSettings(
    {
      store: stores.serviceSettings,
      clock,
      random,
      log,
      metrics,
      hits,
      notifier,
      contact: (towards) => calls.contact(towards, Params.none),
      devices: (user) => registrar.contacts.of(user.address),
      userNamed: (name) => directory.named(name)?.user,
      reachable,
      changed,
    },
    {
      publications: {
        perResource: limits.publicationsPerUser,
        shortestS: limits.minPublicationSeconds,
        usualS: limits.defaultExpiresSeconds,
        longestS: limits.maxPublicationSeconds,
      },
      waitMs: limits.settingsWaitSeconds * 1_000,
      keepsHistory: history?.default ?? false,
    },
  );
  directory.onRevoked((user) => settings.revoked(user));
  return settings;
}
