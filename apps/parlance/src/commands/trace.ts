import type { Command } from "commander";
export function addTrace(_program: Command): void {}
