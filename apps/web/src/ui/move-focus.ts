/** Arrows, Home, End and first letters in menus, lists and tabs. WAI-ARIA Authoring Practices, "Keyboard Interface" */
import type { KeyboardEvent } from "react";

/** Moves the focus to another of those that `among` selects; anything else is left to others. */
export function moveFocus(
  event: KeyboardEvent<HTMLElement>,
  among: string,
  axis: "block" | "inline" = "block",
): void {
  const { key, currentTarget, ctrlKey, metaKey, altKey } = event;
  if (ctrlKey || metaKey || altKey) return;
  const all = [...currentTarget.querySelectorAll<HTMLElement>(among)];
  const at = all.findIndex((one) => one === document.activeElement);
  const step = stepOf(key, axis, currentTarget);
  const next = step === undefined ? withLetter(key, all, at) : placeAfter(step, at, all.length);
  if (next === undefined) return;
  event.preventDefault();
  all[next]?.focus();
}

type Step = 1 | -1 | "first" | "last";

function stepOf(key: string, axis: "block" | "inline", box: HTMLElement): Step | undefined {
  const forward = axis === "inline" && getComputedStyle(box).direction === "rtl" ? -1 : 1;
  switch (key) {
    case "Home":
      return "first";
    case "End":
      return "last";
    case axis === "block" ? "ArrowDown" : "ArrowRight":
      return forward;
    case axis === "block" ? "ArrowUp" : "ArrowLeft":
      return forward === 1 ? -1 : 1;
    default:
      return undefined;
  }
}

function placeAfter(step: Step, at: number, count: number): number {
  if (step === "first" || (step === 1 && at === count - 1)) return 0;
  if (step === "last" || (step === -1 && at <= 0)) return count - 1;
  return at + step;
}

function withLetter(key: string, all: readonly HTMLElement[], at: number): number | undefined {
  if (key.length !== 1 || key === " ") return undefined;
  const letter = key.toLowerCase();
  const begins = ({ dataset, textContent }: HTMLElement): boolean =>
    (dataset["words"] ?? textContent).trim().toLowerCase().startsWith(letter);
  const next = all.findIndex((one, place) => place > at && begins(one));
  const found = next === -1 ? all.findIndex(begins) : next;
  return found === -1 ? undefined : found;
}
