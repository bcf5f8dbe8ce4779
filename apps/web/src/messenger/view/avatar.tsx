import type { ReactNode } from "react";
import { Icon } from "../../ui/index.ts";
import { hueOf, initialsOf } from "../model/addresses.ts";

const HUES = 8;

/** Letters on a colour: nothing of it is told to a screen reader, the name stands beside it. */
export function Avatar({
  address,
  name,
  group = false,
  small = false,
}: {
  readonly address: string;
  readonly name: string;
  readonly group?: boolean;
  readonly small?: boolean;
}): ReactNode {
  return (
    <span
      className={`avatar hue-${hueOf(address, HUES)} ${group ? "group" : ""} ${small ? "small" : ""}`}
      aria-hidden="true"
    >
      {group ? <Icon name="people" small={small} /> : initialsOf(name)}
    </span>
  );
}
