/** Under which addresses the services of the domain are called. OMA IM 2 */
import { type ServiceAddresses, serviceAddresses } from "@parlance/im";
import { addressKey, sipUri } from "@parlance/sip";
import type { ServerConfig } from "./config.ts";

export function serviceAddressesOf({ domain, services }: ServerConfig): ServiceAddresses {
  const usual = serviceAddresses(domain);
  const named = (user: string | undefined, otherwise: string): string =>
    user === undefined ? otherwise : addressKey(sipUri(user, domain));
  return {
    ...usual,
    factory: named(services?.factory, usual.factory),
    imdn: named(services?.imdn, usual.imdn),
  };
}
