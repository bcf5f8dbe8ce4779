import { type FormEvent, type ReactNode, useState } from "react";
import { Button } from "../../ui/button.tsx";
import { Choice } from "../../ui/choice.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { useOperator, whyOf } from "../view/operator.ts";

/** A group has members, a room lets everybody in and may have moderators. */
export function AddGroup({
  onClose,
  done,
}: {
  readonly onClose: () => void;
  readonly done: () => void;
}): ReactNode {
  const { texts, api } = useOperator();
  const [name, setName] = useState("");
  const [shown, setShown] = useState("");
  const [people, setPeople] = useState("");
  const [room, setRoom] = useState(false);
  const [fault, setFault] = useState<string>();
  const added = (): void => {
    done();
    onClose();
  };
  const refused = (error: unknown): void => setFault(whyOf(error));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const named = people.split(/[\s,;]+/).filter((one) => one !== "");
    const wanted = {
      kind: room ? "room" : "group",
      name: name.trim(),
      ...(shown.trim() === "" ? {} : { displayName: shown.trim() }),
      ...(room ? { moderators: named } : { members: named }),
    };
    api.change("POST", "/groups", wanted).then(added, refused);
  };
  return (
    <Dialog title={texts.addGroup} onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        <TextField
          label={texts.name}
          isRequired
          validationBehavior="aria"
          input={{ autoCapitalize: "none", spellCheck: "false" }}
          value={name}
          onChange={setName}
          fault={fault}
        />
        <TextField label={texts.displayName} value={shown} onChange={setShown} />
        <Choice label={texts.groupKinds.room} isSelected={room} onChange={setRoom} />
        <TextField
          label={room ? texts.moderators : texts.members}
          description={texts.namesHint}
          input={{ autoCapitalize: "none", spellCheck: "false" }}
          value={people}
          onChange={setPeople}
        />
        <div className="actions">
          <Button onPress={onClose}>{texts.cancel}</Button>
          <Button type="submit" look="primary">
            {texts.addGroup}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
