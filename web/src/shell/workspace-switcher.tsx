import { Button, Menu, Skeleton, Text } from "@mantine/core";
import { useLocation } from "wouter";
import { Icon } from "../components/icons.tsx";
import { useSession } from "../session/session.tsx";
import { useViewer } from "../session/viewer.ts";
import { useText } from "../text/text.tsx";

/** Which workspace is shown, and the others to go to. */
export function WorkspaceSwitcher() {
  const { app } = useText();
  const session = useSession();
  const [, navigate] = useLocation();
  const workspaces = useViewer()?.workspaces;
  // The server's own order begins with the one that it takes when none is asked for.
  const current =
    workspaces?.find((each) => each.workspaceId === session.workspaceId) ?? workspaces?.[0];
  if (!workspaces || !current) return <Skeleton h={30} w={160} />;
  if (workspaces.length === 1) {
    return (
      <Text size="sm" fw={600} truncate>
        {current.name}
      </Text>
    );
  }
  return (
    <Menu position="bottom-end" width={280}>
      <Menu.Target>
        <Button
          variant="default"
          size="compact-md"
          miw={0}
          aria-label={`${app.workspace}: ${current.name}`}
          rightSection={<Icon name="chevron" size={16} />}
        >
          <Text span size="sm" fw={600} truncate>
            {current.name}
          </Text>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{app.workspace}</Menu.Label>
        {workspaces.map(({ workspaceId, name, role }) => (
          <Menu.Item
            key={workspaceId}
            aria-current={workspaceId === current.workspaceId ? "true" : undefined}
            rightSection={
              workspaceId === current.workspaceId ? <Icon name="check" size={16} /> : null
            }
            onClick={() => {
              if (workspaceId === current.workspaceId) return;
              navigate("/");
              session.chooseWorkspace(workspaceId);
            }}
          >
            {name}
            <Text size="xs" c="dimmed">
              {app.role[role]}
            </Text>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
