/** One of many copies, for somebody who is there: brought at once, beside what waits for him. IM-5.2.4-08d */
import type { User } from "../ports/index.ts";
import type { DeferredMessage } from "../store/index.ts";
import type { Counters } from "./counters.ts";
import { forget } from "./forget.ts";
import type { DeferredOptions } from "./options.ts";
import type { DeferredPorts } from "./ports.ts";
import { canBeAsked, push } from "./push.ts";
import { tellArrived, tellAsked, tellRefused, tellWaits } from "./report.ts";

/** False: it waits for him after all. Its author is told of either. Rejects: as false, and it is our own trouble. */
export async function bringCopy(
  copy: DeferredMessage,
  user: User,
  ports: DeferredPorts,
  options: DeferredOptions,
  counters: Counters,
): Promise<boolean> {
  if (canBeAsked(copy, user, ports)) tellAsked(copy, ports);
  const result = await push(copy, user, ports, options);
  switch (result) {
    case "delivered":
      counters.pushed.add();
      await tellArrived(copy, ports);
      break;
    case "refused":
    case "declined":
      counters.failed.add();
      await tellRefused(copy, result, ports);
      break;
    case "unwelcome":
      break;
    default:
      tellWaits(copy, ports);
      return false;
  }
  await forget(user.name, [copy], ports);
  return true;
}
