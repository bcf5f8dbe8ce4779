/** One JSON object a line, through pino. */
import type { Log, LogFields } from "@parlance/server";
import { type DestinationStream, destination, pino } from "pino";
import { type Redaction, redact } from "./redact.ts";

export type LogLevel = "info" | "warn" | "error" | "silent";

export interface StructuredLogOptions {
  readonly level?: LogLevel;
  readonly redaction: Redaction;
  /** Standard error by default: standard output belongs to the commands. */
  readonly stream?: DestinationStream;
}

export class StructuredLog implements Log {
  readonly #info: Write;
  readonly #warn: Write;
  readonly #error: Write;
  readonly #flush: () => void;

  constructor({ level = "info", redaction, stream }: StructuredLogOptions) {
    const buffered = stream === undefined ? destination({ dest: 2, sync: false }) : undefined;
    const logger = pino(
      {
        level,
        base: null,
        messageKey: "event",
        formatters: { level: (label) => ({ level: label }) },
      },
      stream ?? buffered ?? destination(2),
    );
    const enabled = (at: string) => logger.isLevelEnabled(at);
    const written = (fields: LogFields = {}) => redact(fields, redaction);
    this.#info = enabled("info") ? (event, fields) => logger.info(written(fields), event) : silence;
    this.#warn = enabled("warn") ? (event, fields) => logger.warn(written(fields), event) : silence;
    this.#error = enabled("error")
      ? (event, fields) => logger.error(written(fields), event)
      : silence;
    this.#flush = () => buffered?.flushSync();
  }

  info(event: string, fields?: LogFields): void {
    this.#info(event, fields);
  }

  warn(event: string, fields?: LogFields): void {
    this.#warn(event, fields);
  }

  error(event: string, fields?: LogFields): void {
    this.#error(event, fields);
  }

  /** Before the process ends. */
  flush(): void {
    this.#flush();
  }
}

type Write = (event: string, fields?: LogFields) => void;

function silence(): void {
  // The level says so.
}
