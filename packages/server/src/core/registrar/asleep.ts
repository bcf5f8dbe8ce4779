/** What becomes of registrations when their devices fall asleep, and wake again. RFC 8599 §5.3 to §5.5 */
import type { NameAddr, SipUri } from "@parlance/sip";
import type { Clock } from "@parlance/wire";
import type { BindingChange, StoredBinding } from "../../store/index.ts";
import { type PushTarget, pushTargetOf } from "../push/push-target.ts";
import { ASLEEP, type Sleeper, type Sleepers } from "../push/sleepers.ts";
import type { RegisteredContact } from "./contact.ts";

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
  slept({ row, push, expiresAt }: RegisteredContact): readonly Sleeper[] {
    if (push === undefined || expiresAt <= this.#ports.clock.now()) return [];
    return this.#put(row, push, expiresAt);
  }

  /** As it was before the server ended. */
  restored(row: StoredBinding, uri: SipUri): void {
    const push = this.outlives(uri) ? pushTargetOf(uri) : undefined;
    if (push !== undefined) this.#put(row, push, row.expiresAt);
  }

  /** What a REGISTER says of devices that sleep: they are awake, or are gone. They sleep no longer either way. */
  named(user: string, contacts: readonly NameAddr[] | "all"): readonly Sleeper[] {
    const { sleepers } = this.#ports;
    if (sleepers.of(user).length === 0) return [];
    if (contacts === "all") return sleepers.take(user);
    const said = contacts.map(({ uri, params }) => ({
      instance: params.get("+sip.instance"),
      prid: uri.kind === "sip" ? uri.params.get("pn-prid") : undefined,
    }));
    return sleepers.take(user, (one) =>
      said.some(({ instance, prid }) => prid === one.prid || isInstance(one.row, instance)),
    );
  }

  /** The account may not be reached any more. */
  revoked(user: string): boolean {
    return this.#ports.sleepers.take(user).length > 0;
  }

  #put(row: StoredBinding, target: PushTarget, expiresAt: number): readonly Sleeper[] {
    const { user } = row;
    const own = { user, row, expiresAt, dueSecond: undefined };
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
