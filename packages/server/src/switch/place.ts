/** Where devices reach us: what their legs are called after. RFC 4975 §6, RFC 7977 §5.2.1 */
import type { MsrpTransport } from "@parlance/msrp";
import { type Address, isSecure } from "@parlance/sip";
import type { Towards } from "../ports/index.ts";

export interface Place {
  readonly secure: boolean;
  /** `ws` for devices that connect by WebSocket. */
  readonly transport: "tcp" | "ws";
  readonly host: string;
  readonly port: number;
}

export function samePlace(a: Place, b: Place): boolean {
  return (
    a.transport === b.transport && a.secure === b.secure && a.host === b.host && a.port === b.port
  );
}

const EVERYWHERE: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);

/** The listeners of ours, and which of them a device is told. */
export class Places {
  /** Written into addresses instead of that of the listener: what devices outside have to use. */
  readonly #publicHost: string | undefined;
  readonly #listeners: Place[] = [];

  constructor(publicHost: string | undefined) {
    this.#publicHost = publicHost;
  }

  listens(place: Place): void {
    this.#listeners.push(place);
  }

  /** As secure as its signalling is, if we can; over the same kind of connection. */
  towards({ transport, local }: Pick<Towards, "transport" | "local">): Place | undefined {
    const web = transport === "WS" || transport === "WSS";
    return this.#find(web, isSecure(transport), local);
  }

  /** Where a connection of this kind came in. */
  accepting(transport: MsrpTransport, local: Address): Place | undefined {
    const web = transport === "ws" || transport === "wss";
    return this.#find(web, transport === "tls" || transport === "wss", local);
  }

  #find(web: boolean, secure: boolean, local: Address | undefined): Place | undefined {
    const fitting = this.#listeners.filter((one) => (one.transport === "ws") === web);
    // A secure listener does for everybody, a plain one is better than none.
    const listener = fitting.find((one) => one.secure === secure) ?? fitting[0];
    if (listener === undefined) return undefined;
    return { ...listener, host: this.#publicHost ?? hostOf(listener, local) };
  }
}

function hostOf({ host }: Place, local: Address | undefined): string {
  return EVERYWHERE.has(host) && local !== undefined ? local.host : host;
}
