import { NavLink } from "@mantine/core";
import { Link, useLocation } from "wouter";
import type { DashboardPath } from "../../../src/dashboard/paths.ts";
import { Icon, type IconName } from "../components/icons.tsx";
import { useMay } from "../session/viewer.ts";
import { useText } from "../text/text.tsx";

interface Entry {
  path: DashboardPath;
  icon: IconName;
  label: string;
}

function useEntries(): Entry[] {
  const { pages } = useText().app;
  const mayLook = useMay("READ_INSIGHT");
  const entries: Entry[] = [
    { path: "/", icon: "overview", label: pages.overview },
    { path: "/posts", icon: "posts", label: pages.posts },
    { path: "/calendar", icon: "calendar", label: pages.calendar },
    { path: "/inbox", icon: "inbox", label: pages.inbox },
    { path: "/settings", icon: "settings", label: pages.settings },
  ];
  if (mayLook) entries.push({ path: "/lens", icon: "lens", label: pages.lens });
  return entries;
}

function useIsCurrent() {
  const [location] = useLocation();
  return (path: string) => location === path || (path !== "/" && location.startsWith(`${path}/`));
}

/** The pages, beside the content. */
export function Navigation() {
  const isCurrent = useIsCurrent();
  return useEntries().map(({ path, icon, label }) => (
    <NavLink
      key={path}
      component={Link}
      href={path}
      label={label}
      leftSection={<Icon name={icon} />}
      active={isCurrent(path)}
      aria-current={isCurrent(path) ? "page" : undefined}
      style={{ borderRadius: "var(--mantine-radius-md)" }}
    />
  ));
}

/** The pages on a phone: at the thumb. */
export function Tabs() {
  const isCurrent = useIsCurrent();
  return (
    <div className="tabs">
      {useEntries().map(({ path, icon, label }) => (
        <Link
          key={path}
          href={path}
          className="tab"
          aria-current={isCurrent(path) ? "page" : undefined}
        >
          <Icon name={icon} />
          {label}
        </Link>
      ))}
    </div>
  );
}
