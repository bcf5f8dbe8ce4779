/** Views that are loaded when they are first wanted. */
import { type ComponentType, lazy, type ReactNode } from "react";
import { useDesk } from "./desk-context.tsx";

/** One that cannot be loaded, without a server or after the server has a newer page, says so in its place. */
export function later<P extends object>(load: () => Promise<ComponentType<P>>) {
  return lazy(async () => {
    try {
      return { default: await load() };
    } catch {
      return { default: NotLoaded };
    }
  });
}

function NotLoaded(): ReactNode {
  const { texts } = useDesk();
  return (
    <p className="front-empty" role="alert">
      {texts.faults.offline}
    </p>
  );
}
