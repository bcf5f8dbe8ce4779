/** By which of his devices somebody who is in has sent a MESSAGE: the others of them hear it. Clauses 8.3, 11.6 */
import type { PagerLeg, Passage, Way } from "../../ports/index.ts";
import { deviceOfGruu } from "./ask.ts";
import { Device } from "./device.ts";
import type { ParticipantDevice } from "./model.ts";
import type { Participant } from "./participant.ts";
import type { PhoneDevice } from "./phone-device.ts";
import { phoneOf } from "./phones.ts";

/** "another": one that is not in. Undefined: nothing tells. */
export type Speaker = ParticipantDevice | "another" | undefined;

export function speakingDevice(
  { request, flow }: Passage,
  { user, devices }: Participant,
  way: Pick<Way, "bindings">,
): Speaker {
  const known = [...devices].filter(({ instance }) => instance !== undefined);
  if (user === undefined || known.length === 0) return undefined;
  const binding = way.bindings(request, user).find((one) => one.flow?.id === flow?.id);
  const instance = deviceOfGruu(request.from.uri) ?? binding?.instance;
  if (instance === undefined) return undefined;
  return known.find((one) => bare(one.instance) === bare(instance)) ?? "another";
}

/** Where it speaks from, and gets no copy; undefined: a place has to be made for it. */
export function placeOf(by: Speaker, from: Participant): PhoneDevice | PagerLeg | undefined {
  const phone = phoneOf(from);
  if (by === "another") return phone; // all of his phones are in by it
  if (by !== undefined) return pagerIn(by);
  if (phone !== undefined) return phone;
  for (const one of from.devices) {
    const pager = pagerIn(one);
    if (pager !== undefined) return pager;
  }
  return undefined;
}

/** Of one that holds no media. */
function pagerIn(device: ParticipantDevice): PagerLeg | undefined {
  return device instanceof Device ? device.pager : undefined;
}

/** As a GRUU names it. RFC 5626 §4.1 */
function bare(instance: string | undefined): string | undefined {
  return instance?.replace(/^<|>$/g, "");
}
