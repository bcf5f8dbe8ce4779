/** What the server keeps for the user: his name, what may reach him, whom he has shut out, his history. */
import type { ServiceSettings } from "@parlance/client/web";
import { type ReactNode, useEffect, useState } from "react";
import { Button, Choice, TextField } from "../../ui/index.ts";
import { shortAddress } from "../model/addresses.ts";
import { useAct, useDesk, usePersonName, useSlice } from "./desk-context.tsx";
import { OwnGroups } from "./own-groups.tsx";
import { saveAs } from "./save-as.ts";
import { WaitingList } from "./waiting-list.tsx";

/** Each with what is on when its switch is. */
const SWITCHES: readonly (readonly [name: keyof ServiceSettings, onIs: boolean])[] = [
  ["visible", true],
  ["barSessions", false],
  ["barMessages", false],
  ["barFiles", false],
  ["pushDeferred", true],
  ["keepMessages", true],
  ["keepSessions", true],
];

export function AccountSettings(): ReactNode {
  const { backend } = useDesk();
  const act = useAct();
  const { commands } = backend;
  useEffect(() => {
    void act(commands.loadOwned());
  }, [act, commands]);
  return (
    <>
      <WaitingList />
      <Name />
      <Reaching />
      <Blocked />
      <OwnGroups />
      <Kept />
    </>
  );
}

function Name(): ReactNode {
  const { texts, backend, self } = useDesk();
  const act = useAct();
  const profile = useSlice("profile");
  const [name, setName] = useState<string>();
  const shown = name ?? profile?.displayName ?? "";
  return (
    <section className="card" aria-labelledby="name">
      <h3 id="name">{texts.account.title}</h3>
      <p className="soft">
        <bdi>{self.replace(/^sip:/, "")}</bdi>
      </p>
      <form
        className="one-line"
        onSubmit={(event) => {
          event.preventDefault();
          void act(backend.commands.setName(shown.trim() === "" ? undefined : shown.trim()));
        }}
      >
        <TextField
          label={texts.account.name}
          value={shown}
          onChange={setName}
          maxLength={64}
          isDisabled={profile === undefined}
        />
        <Button
          type="submit"
          isDisabled={profile === undefined || shown === (profile.displayName ?? "")}
        >
          {texts.save}
        </Button>
      </form>
    </section>
  );
}

function Reaching(): ReactNode {
  const { texts, backend } = useDesk();
  const act = useAct();
  const settings = useSlice("settings");
  return (
    <section className="card" aria-labelledby="reaching">
      <h3 id="reaching">{texts.account.reaching}</h3>
      {SWITCHES.map(([name, onIs]) => {
        const words = texts.account[name];
        return (
          <Choice
            key={name}
            label={words.label}
            description={words.hint}
            isDisabled={settings === undefined}
            isSelected={settings?.[name] === onIs}
            onChange={(on) => void act(backend.commands.set({ [name]: on === onIs }))}
          />
        );
      })}
    </section>
  );
}

function Blocked(): ReactNode {
  const { texts, backend, domain } = useDesk();
  const act = useAct();
  const nameOf = usePersonName();
  const blocked = useSlice("blocked");
  return (
    <section className="card" aria-labelledby="blocked">
      <h3 id="blocked">{texts.account.blocked}</h3>
      {blocked?.length === 0 && <p className="soft">{texts.account.nobodyBlocked}</p>}
      <ul className="each">
        {(blocked ?? []).map((address) => (
          <li key={address}>
            <span>
              <bdi>{nameOf(address)}</bdi>{" "}
              <bdi className="soft small">{shortAddress(address, domain)}</bdi>
            </span>
            <Button onPress={() => void act(backend.commands.block(address, false))}>
              {texts.talk.unblock}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Kept(): ReactNode {
  const { texts, backend } = useDesk();
  const act = useAct();
  const save = async (format: "json" | "html" | "csv"): Promise<void> => {
    const blob = await act(backend.commands.exportHistory(format));
    if (blob !== undefined) saveAs(blob, `parlance.${format}`);
  };
  return (
    <section className="card" aria-labelledby="kept">
      <h3 id="kept">{texts.account.history}</h3>
      <p className="soft">{texts.account.historyHint}</p>
      <div className="row-of-buttons">
        {(["html", "json", "csv"] as const).map((format) => (
          <Button key={format} onPress={() => void save(format)}>
            {texts.account.exportAs(format.toUpperCase())}
          </Button>
        ))}
      </div>
    </section>
  );
}
