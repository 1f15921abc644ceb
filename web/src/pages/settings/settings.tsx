import { Button, NavLink, Stack } from "@mantine/core";
import type { ComponentType } from "react";
import { Link, useParams } from "wouter";
import { Empty } from "../../components/empty.tsx";
import { Page } from "../../components/page.tsx";
import { PageSkeleton } from "../../components/page-skeleton.tsx";
import type { Permission } from "../../operations.generated.ts";
import { useViewer } from "../../session/viewer.ts";
import { useText } from "../../text/text.tsx";
import { NotFound } from "../not-found.tsx";
import { ApiKeys } from "./api-keys.tsx";
import { AuditLog } from "./audit-log.tsx";
import { Members } from "./members.tsx";
import { WorkspaceSettings } from "./workspace.tsx";

interface Section {
  name: "members" | "keys" | "log" | "workspace";
  href: string;
  needs: Permission;
  shown: ComponentType;
}

const sections: readonly Section[] = [
  { name: "members", href: "/settings", needs: "READ_MEMBERS", shown: Members },
  { name: "keys", href: "/settings/keys", needs: "MANAGE_API_KEYS", shown: ApiKeys },
  { name: "log", href: "/settings/log", needs: "READ_AUDIT_LOG", shown: AuditLog },
  {
    name: "workspace",
    href: "/settings/workspace",
    needs: "READ_CONTENT",
    shown: WorkspaceSettings,
  },
];

/** Who works in the workspace, its keys, what was done in it, and the workspace itself. */
export default function Settings() {
  const { settings: text } = useText();
  const { section: asked = "members" } = useParams<{ section?: string }>();
  const permissions = useViewer()?.permissions;
  const section = sections.find(({ name }) => name === asked);
  if (!section) return <NotFound />;
  const { shown: Shown, needs, name } = section;
  return (
    <Page title={text.titleOf(text.sections[name])}>
      <div className="settings">
        <nav aria-label={text.title}>
          {sections
            .filter((each) => permissions?.includes(each.needs))
            .map((each) => (
              <NavLink
                key={each.name}
                component={Link}
                href={each.href}
                label={text.sections[each.name]}
                active={each === section}
                aria-current={each === section ? "page" : undefined}
                style={{ borderRadius: "var(--mantine-radius-md)" }}
              />
            ))}
        </nav>
        <Stack gap="lg" miw={0}>
          {!permissions && <PageSkeleton />}
          {permissions && !permissions.includes(needs) && (
            <Empty {...text.notAllowed}>
              <Button component={Link} href="/settings">
                {text.sections.members}
              </Button>
            </Empty>
          )}
          {permissions?.includes(needs) && <Shown />}
        </Stack>
      </div>
    </Page>
  );
}
