/** A push service that wakes nobody, and keeps what it is asked. */
import type { PushService, Wake, WakeOutcome } from "../ports/index.ts";

export class PushProvider implements PushService {
  readonly providers = ["acme", "fcm"];
  readonly wakes: Wake[] = [];
  outcome: WakeOutcome = "sent";

  async wake(wake: Wake): Promise<WakeOutcome> {
    this.wakes.push(wake);
    return this.outcome;
  }
}
