/** Which of a user's devices a request came from, and the way to it alone. */
import { addressKey, Contact } from "@parlance/sip";
import type { Binding, Passage, User, Way } from "../ports/index.ts";

/** By its connection, else by what it says it is. All of them, where none of that tells: a core may be between. */
export function askingDevice(
  { request, flow }: Pick<Passage, "request" | "flow">,
  bindings: readonly Binding[],
): readonly Binding[] {
  const contacts = request.get(Contact);
  const said = contacts === undefined || "star" in contacts ? undefined : contacts[0];
  const key = said && addressKey(said.uri);
  const instance = said?.params.get("+sip.instance");
  const signs: readonly ((binding: Binding) => boolean)[] = [
    (binding) => flow !== undefined && binding.flow?.id === flow.id,
    (binding) => instance !== undefined && binding.instance === instance,
    (binding) => key !== undefined && addressKey(binding.contact) === key,
  ];
  for (const sign of signs) {
    const those = bindings.filter(sign);
    if (those.length > 0) return those;
  }
  return bindings;
}

/** Contacts that are renewed meanwhile are the same, those that are new are not meant. */
export function toThese(way: Way, those: readonly Binding[]): Way {
  const ids = new Set(those.map(({ id }) => id));
  const bindings: Way["bindings"] = (request, user) =>
    way.bindings(request, user).filter(({ id }) => ids.has(id));
  return {
    submit: (request, principal, originator) => way.submit(request, principal, originator),
    deliver: (request, user: User, chosen = bindings(request, user)) =>
      way.deliver(request, user, chosen),
    onward: (user, chosen) => way.onward(user, chosen),
    reach: (invite, originator) => way.reach(invite, originator),
    awaitDevice: (invite, originator, then) => way.awaitDevice(invite, originator, then),
    bindings,
  };
}
