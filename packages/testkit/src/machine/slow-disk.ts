/** A disk under the stores of one server: slow, failing, and silent once its server is killed. */
import type { Disk } from "@parlance/server";
import type { Life } from "./life.ts";
import type { SeededRandom } from "./seeded-random.ts";

export interface DiskHealth {
  /** The longest that a commit takes; each takes anything up to it. */
  delayMs: number;
  /** Probability that a commit fails, and then nothing of it has happened. */
  failures: number;
  /** The longest between a commit and its being told: a crash there makes a client ask again. */
  tellingMs: number;
}

export const SOUND_DISK: DiskHealth = { delayMs: 0, failures: 0, tellingMs: 0 };

export function slowDisk(health: Readonly<DiskHealth>, life: Life, random: SeededRandom): Disk {
  return {
    async commit() {
      await passed(health.delayMs, life, random);
      if (random.chance(health.failures)) throw new Error("the disk of this world has failed");
    },
    acknowledge: () => passed(health.tellingMs, life, random),
  };
}

/** Never resolves for a program that has been killed meanwhile. */
function passed(mostMs: number, life: Life, random: SeededRandom): Promise<void> {
  if (mostMs === 0 && !life.over) return Promise.resolve();
  return new Promise((resolve) => {
    life.clock.schedule(random.between(0, mostMs), resolve);
  });
}
