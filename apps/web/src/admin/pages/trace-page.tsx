import { type FormEvent, type ReactNode, useMemo, useState } from "react";
import { LivePanel } from "../../ladder/ladder-panel.tsx";
import { nameOf } from "../../ladder/model/lanes.ts";
import { Button } from "../../ui/button.tsx";
import { Choice } from "../../ui/choice.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { query } from "../model/api.ts";
import type { Traced } from "../model/shapes.ts";
import { useAsked, useOperator, whyOf } from "../view/operator.ts";
import { Act } from "../view/parts.tsx";

/** Live: the ladder of everybody who is traced, of one user, or of one conversation. */
export function TracePage(): ReactNode {
  const { texts, ladder } = useOperator();
  const [user, setUser] = useState("");
  const [text, setText] = useState(false);
  const [asks, setAsks] = useState(false);
  const traced = useAsked<Traced>("/trace/users", 10_000);
  const asked = useMemo(
    () => ({ user: user.trim(), text: text ? "true" : undefined }),
    [user, text],
  );
  const live = query("/api/trace/live", { ...asked, past: "true" });
  return (
    <div className="trace-page">
      <header className="page-head">
        <h1>{texts.page.trace}</h1>
        <p className="soft">{texts.traceWords}</p>
        {traced.value !== undefined && <WhoIsTraced traced={traced.value} again={traced.again} />}
      </header>
      <LivePanel
        live={live}
        texts={ladder}
        onLost={traced.again}
        saveFrom={(form) => query("/api/trace", { ...asked, form })}
      >
        <UserChoice user={user} onUser={setUser} />
        <Choice
          label={texts.textShown}
          isSelected={text}
          onChange={(wanted) => (wanted ? setAsks(true) : setText(false))}
        />
      </LivePanel>
      {asks && (
        <Dialog title={ladder.showText} onClose={() => setAsks(false)}>
          <p>{ladder.showTextWarning}</p>
          <div className="actions">
            <Button onPress={() => setAsks(false)}>{ladder.cancel}</Button>
            <Button
              look="primary"
              onPress={() => {
                setAsks(false);
                setText(true);
              }}
            >
              {ladder.show}
            </Button>
          </div>
        </Dialog>
      )}
    </div>
  );
}

/** Taken when it is whole: each change would begin a new feed. */
function UserChoice({
  user,
  onUser,
}: {
  readonly user: string;
  readonly onUser: (user: string) => void;
}): ReactNode {
  const { texts } = useOperator();
  const [words, setWords] = useState(user);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onUser(words);
  };
  return (
    <form className="user-choice" onSubmit={submit}>
      <input
        className="input"
        aria-label={texts.onlyUser}
        placeholder={`${texts.onlyUser}: ${texts.everybody}`}
        autoCapitalize="none"
        spellCheck={false}
        value={words}
        onChange={({ currentTarget }) => setWords(currentTarget.value)}
        onBlur={() => onUser(words)}
      />
    </form>
  );
}

function WhoIsTraced({
  traced: { everybody, users },
  again,
}: {
  readonly traced: Traced;
  readonly again: () => void;
}): ReactNode {
  const { texts, api, language } = useOperator();
  const until = (at: number): string => new Date(at).toLocaleTimeString(language);
  return (
    <div className="who-is-traced small">
      {everybody && <span>{texts.everybodyTraced}</span>}
      {!everybody && users.length === 0 && <span>{texts.nobodyTraced}</span>}
      {users.map((one) => (
        <span key={one.user} className="traced-user">
          <bdi>{texts.tracedUntil(nameOf(one.user), until(one.until))}</bdi>
          <Act
            label={texts.stop}
            act={() => api.change("DELETE", `/trace/users/${encodeURIComponent(one.user)}`)}
            done={again}
          />
        </span>
      ))}
      {!everybody && <StartTracing again={again} />}
    </div>
  );
}

function StartTracing({ again }: { readonly again: () => void }): ReactNode {
  const { texts, api } = useOperator();
  const [user, setUser] = useState("");
  const [minutes, setMinutes] = useState("15");
  const [fault, setFault] = useState<string>();
  const started = (): void => {
    setUser("");
    setFault(undefined);
    again();
  };
  const refused = (error: unknown): void => setFault(whyOf(error));
  const wanted = { user: user.trim(), minutes: Number(minutes) };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    api.change("POST", "/trace/users", wanted).then(started, refused);
  };
  return (
    <form className="start-tracing" onSubmit={submit}>
      <input
        className="input"
        required
        aria-label={texts.userOrAddress}
        placeholder={texts.userOrAddress}
        autoCapitalize="none"
        spellCheck={false}
        value={user}
        onChange={({ currentTarget }) => setUser(currentTarget.value)}
      />
      <input
        className="input minutes"
        type="number"
        min="1"
        max="1440"
        required
        aria-label={texts.minutes}
        value={minutes}
        onChange={({ currentTarget }) => setMinutes(currentTarget.value)}
      />
      <Button type="submit" className="small-button">
        {texts.traceUser}
      </Button>
      {fault !== undefined && (
        <span role="alert" className="fault-words">
          {fault}
        </span>
      )}
    </form>
  );
}
