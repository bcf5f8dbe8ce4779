/** Where the user is signed in; each of his other devices can be signed out from here. */
import { type ReactNode, useCallback, useEffect, useState } from "react";
import { Button } from "../../ui/index.ts";
import { cleanLine } from "../model/clean-text.ts";
import type { DeviceView } from "../model/views.ts";
import { useAct, useDesk } from "./desk-context.tsx";
import { Screen } from "./screen.tsx";
import { SureDialog } from "./sure-dialog.tsx";

export function DevicesView(): ReactNode {
  const { texts, backend } = useDesk();
  const act = useAct();
  const { commands } = backend;
  const [devices, setDevices] = useState<readonly DeviceView[]>();
  const [ending, setEnding] = useState<DeviceView>();
  const look = useCallback(async () => {
    setDevices(await act(commands.devices()));
  }, [act, commands]);
  useEffect(() => {
    void look();
  }, [look]);
  const nameOf = ({ name = "" }: DeviceView): string => cleanLine(name, 64) || texts.devices.one;
  return (
    <Screen title={texts.devices.title}>
      <p className="soft">{texts.devices.lead}</p>
      <ul className="people" aria-label={texts.devices.title}>
        {(devices ?? []).map((device) => (
          <li key={device.id}>
            <Facts device={device} name={nameOf(device)} />
            {!device.current && (
              <Button
                aria-label={texts.devices.signOutNamed(nameOf(device))}
                onPress={() => setEnding(device)}
              >
                {texts.list.signOut}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {ending !== undefined && (
        <SureDialog
          title={texts.devices.sure(nameOf(ending))}
          hint={texts.devices.sureHint}
          go={texts.list.signOut}
          onClose={() => setEnding(undefined)}
          onSure={() => void act(commands.endDevice(ending.id)).then(look)}
        />
      )}
    </Screen>
  );
}

function Facts({
  device: { current, seenAt, registeredAt, asleep },
  name,
}: {
  readonly device: DeviceView;
  readonly name: string;
}): ReactNode {
  const { texts, words } = useDesk();
  return (
    <span className="there-words">
      <span>
        <bdi>{name}</bdi>
        {current && <strong className="this-one small"> {texts.devices.current}</strong>}
      </span>
      <span className="soft small">
        {asleep ? texts.devices.asleep : texts.devices.seen(words.full(seenAt))}
      </span>
      <span className="soft small">{texts.devices.since(words.full(registeredAt))}</span>
    </span>
  );
}
