/**
 * application/poc-settings+xml with the settings of IM: what may reach a user, who sees him, what is
 * kept. RFC 4354 §6, Appendix E.2
 */

export interface ImSettings {
  readonly entities: readonly EntitySettings[];
}

/** What one device says; `undefined` is what it does not speak of, and keeps its value. */
export interface EntitySettings {
  /** Of the device: its `+sip.instance` when it has one. */
  readonly id: string;
  /** True: what comes in is refused. */
  readonly barring: {
    readonly sessions: boolean | undefined;
    /** Pager mode and large messages. */
    readonly messages: boolean | undefined;
    readonly files: boolean | undefined;
  };
  /** False: others are answered as if no device were registered. */
  readonly visible: boolean | undefined;
  /** True: stored messages are pushed when the user is back. False: the device fetches them. */
  readonly offlineDelivery: boolean | undefined;
  /** True: conversations are stored. */
  readonly history: {
    readonly sessions: boolean | undefined;
    readonly messages: boolean | undefined;
  };
}

export const IM_SETTINGS_TYPE = "application/poc-settings+xml";
export const POC_SETTINGS = "urn:oma:params:xml:ns:poc:poc-settings";
export const IM_SERVICE = "urn:oma:xml:im:service-settings";

/** Values of `service-id` and of `hist-activation`. */
export const SESSION_MODE = "session-mode";
export const PAGER_LARGE_MODE = "pager-large-mode";
export const FILE_TRANSFER = "file-transfer";
