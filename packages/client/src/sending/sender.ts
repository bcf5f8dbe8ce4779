/** Who sends: as the account and the options say. */
import { DEFAULT_VERSION, formatRelease, serviceAddresses } from "@parlance/im";
import { addressKey } from "@parlance/sip";
import { readSip } from "../base/addresses.ts";
import type { Account, ConnectOptions } from "../options.ts";
import type { Sender } from "./pager-message.ts";

export function senderOf(account: Account, options: ConnectOptions): Sender {
  const factory = options.factory ?? serviceAddresses(account.domain).factory;
  const { product } = options;
  return {
    account: account.uri,
    address: addressKey(account.uri),
    displayName: options.displayName,
    userAgent: formatRelease({
      component: "client",
      version: DEFAULT_VERSION,
      product: productWith(product),
    }),
    factory: readSip(factory),
  };
}

/** What others know us by, whatever application it is. */
const SDK = "Parlance/0.1";

function productWith(own: string | undefined): string {
  if (own === undefined) return SDK;
  return own.startsWith("Parlance") ? own : `${own} ${SDK}`;
}
