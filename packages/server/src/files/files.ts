/** The file store, as the rest of the server sees it. */
import { FormatError } from "@parlance/wire";
import { StoreError } from "../store/index.ts";
import { refusal, type WebAnswer, type WebHandler, type WebRequest } from "../web/index.ts";
import { fileCounters } from "./counters.ts";
import { DownloadsUnderWay } from "./downloads-under-way.ts";
import { removeAllOf } from "./remove-file.ts";
import { fileRoutes } from "./routes.ts";
import { FileSweeper } from "./sweep.ts";
import { UploadsUnderWay } from "./uploads-under-way.ts";
import type { FileOptions, FilePorts, FileWork } from "./work.ts";

export class Files {
  readonly #work: FileWork;
  readonly #sweeper: FileSweeper;
  readonly #routes: WebHandler;
  #stopped = false;

  constructor(ports: FilePorts, options: FileOptions) {
    const { login, metrics, ...rest } = ports;
    const uploads = new UploadsUnderWay(options.limits, ports.hits);
    const downloads = new DownloadsUnderWay(options.limits, ports.hits);
    this.#work = { ...rest, ...options, uploads, downloads, counters: fileCounters(metrics) };
    this.#sweeper = new FileSweeper(this.#work);
    this.#routes = fileRoutes(this.#work, login);
    ports.hits.uses("uploads", () => uploads.count);
    ports.hits.uses("downloads", () => downloads.count);
    metrics.gauge("files_uploads_under_way", "Uploads that are written", () => uploads.count);
    metrics.gauge("files_downloads_under_way", "Files that are read", () => downloads.count);
  }

  /** Everything under `/files`. */
  async handle(request: WebRequest): Promise<WebAnswer> {
    if (this.#stopped && !READING.has(request.method)) return busy();
    try {
      return await this.#routes(request);
    } catch (error) {
      const answer = answerTo(error);
      if (answer === undefined) throw error;
      return answer;
    }
  }

  start(): void {
    this.#sweeper.start();
  }

  /** Nothing is taken any more: requests that write are stopped, and what they brought is durable before they end. */
  stop(): void {
    this.#stopped = true;
    this.#sweeper.stop();
    this.#work.uploads.stopAll();
  }

  /** What a user may no more ends at once. */
  stopUploadsOf(owner: string): void {
    this.#work.uploads.stopOf(owner);
  }

  /** How many there were. */
  removeAllOf(owner: string): Promise<number> {
    return removeAllOf(owner, this.#work);
  }
}

const READING: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

function busy(): WebAnswer {
  return refusal(503, "busy", [["retry-after", "5"]]);
}

/** Undefined: a mistake of ours. */
function answerTo(error: unknown): WebAnswer | undefined {
  if (error instanceof FormatError) return refusal(400, "bad request");
  if (!(error instanceof StoreError)) return undefined;
  switch (error.fault) {
    case "full":
      return refusal(507, "no room");
    case "busy":
    case "closed":
      return busy();
    default:
      return undefined;
  }
}
