import { type ReactNode, useEffect, useState } from "react";
import { Label, Radio, RadioGroup } from "react-aria-components";
import { chooseLanguage, chosenLanguage } from "../../texts/language.ts";
import { chooseTheme, chosenTheme, type Theme } from "../../theme/theme.ts";
import { Choice } from "../../ui/index.ts";
import { AccountSettings } from "./account-settings.tsx";
import { useDesk } from "./desk-context.tsx";
import { readNotifying, writeNotifying } from "./notify-setting.ts";
import { Screen } from "./screen.tsx";

export function SettingsView(): ReactNode {
  const { texts } = useDesk();
  return (
    <Screen title={texts.settings.title}>
      <AccountSettings />
      <Appearance />
      <Notifications />
      <Device />
    </Screen>
  );
}

function Appearance(): ReactNode {
  const { texts } = useDesk();
  const { settings } = texts;
  const [theme, setTheme] = useState<Theme>(chosenTheme);
  const [language, setLanguage] = useState(chosenLanguage() ?? "system");
  return (
    <section className="card" aria-labelledby="appearance">
      <h3 id="appearance">{settings.appearance}</h3>
      <RadioGroup
        className="choices"
        value={theme}
        onChange={(value) => {
          const chosen = value as Theme; // one of the radios below
          setTheme(chosen);
          chooseTheme(chosen);
        }}
      >
        <Label className="label">{settings.theme}</Label>
        <div className="segments">
          {(["system", "light", "dark"] as const).map((one) => (
            <Radio key={one} value={one} className="segment">
              {settings[one]}
            </Radio>
          ))}
        </div>
      </RadioGroup>
      <RadioGroup
        className="choices"
        value={language}
        onChange={(value) => {
          setLanguage(value);
          chooseLanguage(value === "system" ? undefined : value);
          location.reload();
        }}
      >
        <Label className="label">{settings.language}</Label>
        <div className="segments">
          <Radio value="system" className="segment">
            {settings.system}
          </Radio>
          <Radio value="en" className="segment">
            <span lang="en">English</span>
          </Radio>
          <Radio value="de" className="segment">
            <span lang="de">Deutsch</span>
          </Radio>
        </div>
      </RadioGroup>
    </section>
  );
}

function Notifications(): ReactNode {
  const { texts } = useDesk();
  const { settings } = texts;
  const [now, setNow] = useState(readNotifying);
  const [refused, setRefused] = useState(false);
  const choose = async (wanted: boolean): Promise<void> => {
    const allowed =
      !wanted ||
      ("Notification" in window && (await Notification.requestPermission()) === "granted");
    setRefused(!allowed);
    const next = { ...now, wanted: wanted && allowed };
    writeNotifying(next);
    setNow(next);
  };
  return (
    <section className="card" aria-labelledby="notifications">
      <h3 id="notifications">{settings.notifications}</h3>
      <Choice
        label={settings.notify}
        description={refused ? settings.notifyBlocked : settings.notifyHint}
        isSelected={now.wanted}
        onChange={(wanted) => void choose(wanted)}
      />
      <Choice
        label={settings.notifyText}
        isDisabled={!now.wanted}
        isSelected={now.showsText}
        onChange={(showsText) => {
          const next = { ...now, showsText };
          writeNotifying(next);
          setNow(next);
        }}
      />
    </section>
  );
}

function Device(): ReactNode {
  const { texts, words } = useDesk();
  const { settings } = texts;
  const [persisted, setPersisted] = useState(false);
  const [used, setUsed] = useState<number>();
  useEffect(() => {
    void navigator.storage.persisted().then(setPersisted);
    void navigator.storage.estimate().then(({ usage }) => setUsed(usage));
  }, []);
  return (
    <section className="card" aria-labelledby="device">
      <h3 id="device">{settings.device}</h3>
      <Choice
        label={settings.persist}
        description={settings.persistHint}
        isSelected={persisted}
        isDisabled={persisted}
        onChange={() => void navigator.storage.persist().then(setPersisted)}
      />
      {used !== undefined && <p className="soft small">{settings.usage(words.size(used))}</p>}
    </section>
  );
}
