/** What `parlance send` is told, whether it sends a message or a file. */
import type { SendFileOptions } from "@parlance/client";
import type { AccountOptions } from "./account.ts";

export const STAGES = ["accepted", "delivered", "displayed"] as const;

export interface SendCommand extends AccountOptions {
  readonly wait: (typeof STAGES)[number];
  /** Seconds; undefined: as long as is usual. */
  readonly timeout?: number;
  readonly file?: string;
  readonly via: NonNullable<SendFileOptions["via"]>;
  readonly subject?: string;
  readonly expires?: string;
  readonly anonymous?: boolean;
  readonly receipts: boolean;
  readonly type?: string;
  readonly json?: boolean;
  readonly join?: boolean;
  readonly nickname?: string;
}
