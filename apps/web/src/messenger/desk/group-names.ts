/** What groups are called in whose session the user is not: the server tells of those that he may come into. */
import { type ImClient, ImError } from "@parlance/client/web";

export class GroupNames {
  readonly #client: Pick<ImClient, "directory">;
  readonly #named: (address: string, name: string) => void;
  /** One answer tells of all groups: whoever is asked for meanwhile has another, and nobody is asked for twice. */
  readonly #asked = new Set<string>();
  readonly #waiting = new Set<string>();
  #running = false;

  constructor(client: Pick<ImClient, "directory">, named: (address: string, name: string) => void) {
    this.#client = client;
    this.#named = named;
  }

  lineIsBack(): void {
    this.#asked.clear();
  }

  ask(address: string): void {
    if (this.#asked.has(address)) return;
    this.#asked.add(address);
    this.#waiting.add(address);
    if (!this.#running) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#waiting.size > 0) {
      const wanted = [...this.#waiting];
      this.#waiting.clear();
      try {
        const found = new Map(
          (await this.#client.directory.list()).map((one) => [
            one.address,
            one.name ?? one.subject,
          ]),
        );
        for (const address of wanted) {
          const name = found.get(address);
          if (name !== undefined) this.#named(address, name);
        }
      } catch (error) {
        if (!(error instanceof ImError)) throw error; // the next line is another occasion
      }
    }
    this.#running = false;
  }
}
