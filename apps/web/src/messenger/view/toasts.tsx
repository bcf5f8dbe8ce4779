import type { ReactNode } from "react";
import { Button, Icon } from "../../ui/index.ts";
import { wordsFor } from "../model/refusal-words.ts";
import { useDesk, useSlice } from "./desk-context.tsx";

/** What went wrong without anybody waiting for it. */
export function Toasts(): ReactNode {
  const { texts, backend } = useDesk();
  const toasts = useSlice("toasts") ?? [];
  return toasts.map(({ id, fault }) => (
    <p key={id}>
      {wordsFor(fault, texts)}
      <Button
        look="icon"
        aria-label={texts.close}
        onPress={() => void backend.commands.dismissToast(id).catch(() => {})} // it may be gone
      >
        <Icon name="close" small />
      </Button>
    </p>
  ));
}
