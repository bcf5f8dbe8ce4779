import type { Command } from "commander";
export function addStart(_program: Command): void {}
