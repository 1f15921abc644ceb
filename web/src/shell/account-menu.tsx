import { ActionIcon, Menu, useMantineColorScheme, type MantineColorScheme } from "@mantine/core";
import { problemOf } from "../api/problem.ts";
import { Face } from "../components/face.tsx";
import { Icon } from "../components/icons.tsx";
import { useNotify } from "../components/use-notify.ts";
import { useSession } from "../session/session.tsx";
import { useViewer } from "../session/viewer.ts";
import { languages, useLanguage, useText, type Language } from "../text/text.tsx";

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
  const chosen = (is: boolean) => ({
    "aria-checked": is,
    role: "menuitemradio",
    rightSection: is ? <Icon name="check" size={16} /> : null,
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
        <Menu.Label>{app.theme.label}</Menu.Label>
        {(["auto", "light", "dark"] satisfies MantineColorScheme[]).map((scheme) => (
          <Menu.Item
            key={scheme}
            closeMenuOnClick={false}
            onClick={() => setColorScheme(scheme)}
            {...chosen(colorScheme === scheme)}
          >
            {app.theme[scheme]}
          </Menu.Item>
        ))}
        <Menu.Label>{app.language}</Menu.Label>
        {(Object.keys(languages) as Language[]).map((each) => (
          <Menu.Item
            key={each}
            lang={each}
            closeMenuOnClick={false}
            onClick={() => choose(each)}
            {...chosen(language === each)}
          >
            {languages[each]}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<Icon name="out" size={16} />} onClick={() => void leave()}>
          {app.signOut}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
