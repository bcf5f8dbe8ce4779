import type { ReactNode } from "react";

export interface MenuChoice {
  readonly id: string;
  readonly label: string;
  readonly icon?: ReactNode;
  readonly look?: "plain" | "danger";
  readonly disabled?: boolean;
  readonly act: () => void;
}
