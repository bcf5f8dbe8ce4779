/** What becomes of registrations when their devices fall asleep, and wake again. RFC 8599 §5.3 to §5.5 */
import { equalUris, type Features, type NameAddr, type SipUri } from "@parlance/sip";
import type { Clock } from "@parlance/wire";
import type { BindingChange, StoredBinding } from "../../store/index.ts";
import { type PushTarget, pushTargetOf, renewsItself } from "../push/push-target.ts";
import { ASLEEP, type Sleeper, type Sleepers } from "../push/sleepers.ts";
import { type Capabilities, contactUriOf, type RegisteredContact } from "./contact.ts";

export interface AsleepPorts {
  readonly sleepers: Sleepers;
  /** Undefined: no device is woken. */
  readonly providers: readonly string[] | undefined;
  readonly clock: Clock;
}

export class Asleep {
  readonly #ports: AsleepPorts;

  constructor(ports: AsleepPorts) {
    this.#ports = ports;
  }

  /** Its registration outlives its connection, and a restart of the server. */
  outlives(uri: SipUri): boolean {
    const { providers } = this.#ports;
    if (providers === undefined) return false;
    const target = pushTargetOf(uri);
    return target !== undefined && providers.includes(target.provider);
  }

  /** Its connection is gone. Those that had to make room for it are returned. */
  slept({ row, push, expiresAt, features }: RegisteredContact): readonly Sleeper[] {
    if (push === undefined || expiresAt <= this.#ports.clock.now()) return [];
    return this.#put(row, push, { expiresAt, features });
  }

  /** As it was before the server ended. */
  restored(row: StoredBinding, uri: SipUri, { features }: Capabilities): void {
    const push = this.outlives(uri) ? pushTargetOf(uri) : undefined;
    if (push !== undefined) this.#put(row, push, { expiresAt: row.expiresAt, features });
  }

  /** What a REGISTER says of devices that sleep: they are awake, or are gone. They sleep no longer either way. */
  named(user: string, contacts: readonly NameAddr[] | "all"): readonly Sleeper[] {
    const { sleepers } = this.#ports;
    if (sleepers.of(user).length === 0) return [];
    if (contacts === "all") return sleepers.take(user);
    const said = contacts.map(({ uri, params }) => ({
      uri,
      instance: params.get("+sip.instance"),
      prid: uri.kind === "sip" ? uri.params.get("pn-prid") : undefined,
    }));
    return sleepers.take(user, ({ row, prid: known }) =>
      said.some(
        ({ uri, instance, prid }) =>
          prid === known ||
          isInstance(row, instance) ||
          // Who wants to be woken no more leaves out by what. RFC 8599 §4.1.2
          (prid === undefined && equalUris(uri, contactUriOf(row))),
      ),
    );
  }

  /** The account may not be reached any more. */
  revoked(user: string): boolean {
    return this.#ports.sleepers.take(user).length > 0;
  }

  #put(
    row: StoredBinding,
    target: PushTarget,
    { expiresAt, features }: { readonly expiresAt: number; readonly features: Features },
  ): readonly Sleeper[] {
    const { user } = row;
    const byItself = renewsItself(features);
    const own = { user, row, expiresAt, renewsItself: byItself, dueSecond: undefined };
    return this.#ports.sleepers.add({ ...target, ...own });
  }
}

export function isAsleep({ flow }: StoredBinding): boolean {
  return flow === ASLEEP;
}

export function sleeperRemoval({ row }: Sleeper): BindingChange {
  return { do: "remove", user: row.user, id: row.id };
}

function isInstance({ instance }: StoredBinding, said: string | undefined): boolean {
  return instance !== undefined && said?.replace(/^<(.*)>$/, "$1") === instance;
}
