import { ActionIcon, Menu, useMantineColorScheme } from "@mantine/core";
import { problemOf } from "../api/problem.ts";
import { Face } from "../components/face.tsx";
import { Icon } from "../components/icons.tsx";
import { useNotify } from "../components/use-notify.ts";
import { useSession } from "../session/session.tsx";
import { useViewer } from "../session/viewer.ts";
import { languages, useLanguage, useText } from "../text/text.tsx";

/** Who one is; colours, language, and the way out. */
export function AccountMenu() {
  const texts = useText();
  const { app } = texts;
  const { signOut } = useSession();
  const notify = useNotify();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { language, choose } = useLanguage();
  const name = useViewer()?.name ?? "";
  const leave = () =>
    signOut().catch((error: unknown) => {
      notify(problemOf(error, texts).text, { title: texts.problem.title });
    });
  return (
    <Menu position="bottom-end" width={230}>
      <Menu.Target>
        <ActionIcon variant="transparent" size={40}>
          <span className="said">{app.account(name)}</span>
          <Face name={name} size={32} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {name && <Menu.Label>{name}</Menu.Label>}
        <Choice
          label={app.theme.label}
          value={colorScheme}
          choose={setColorScheme}
          names={{ auto: app.theme.auto, light: app.theme.light, dark: app.theme.dark }}
        />
        <Choice
          label={app.language}
          value={language}
          choose={choose}
          names={languages}
          areLanguages
        />
        <Menu.Divider />
        <Menu.Item leftSection={<Icon name="out" size={16} />} onClick={() => void leave()}>
          {app.signOut}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** One of several, of which one is in force; the menu stays open. */
function Choice<Value extends string>({
  label,
  value,
  choose,
  names,
  areLanguages = false,
}: {
  label: string;
  value: Value;
  choose: (value: Value) => void;
  names: Record<Value, string>;
  /** Each name is in the language that it names. */
  areLanguages?: boolean;
}) {
  return (
    <div role="group" aria-label={label}>
      <Menu.Label aria-hidden>{label}</Menu.Label>
      {(Object.keys(names) as Value[]).map((each) => (
        <Menu.RadioItem
          key={each}
          value={each}
          lang={areLanguages ? each : undefined}
          checked={each === value}
          checkIcon={<Icon name="check" size={16} />}
          onChange={() => choose(each)}
        >
          {names[each]}
        </Menu.RadioItem>
      ))}
    </div>
  );
}
