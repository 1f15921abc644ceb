import { lazy, Suspense, type ComponentType } from "react";
import { Route, Switch, useLocation } from "wouter";
import type { DashboardPath } from "../../src/dashboard/paths.ts";
import { Broken } from "./components/broken.tsx";
import { PageSkeleton } from "./components/page-skeleton.tsx";
import { Overview } from "./pages/overview/overview.tsx";
import { NotFound } from "./pages/not-found.tsx";
import { Shell } from "./shell/shell.tsx";

/** Each page is loaded when it is first opened; the overview comes with the first load. */
const pages: Record<Exclude<DashboardPath, "/join" | "/lens">, ComponentType> = {
  "/": Overview,
  "/posts": lazy(() => import("./pages/posts/posts.tsx")),
  "/calendar": lazy(() => import("./pages/calendar/calendar.tsx")),
  "/inbox": lazy(() => import("./pages/inbox/inbox.tsx")),
  "/settings": lazy(() => import("./pages/settings/settings.tsx")),
};

const Settings = pages["/settings"];
const Post = lazy(() => import("./pages/post/post.tsx"));
const Lens = lazy(() => import("./pages/lens/lens.tsx"));

export function Pages() {
  return (
    <Shell>
      <Switch>
        <Route path="/posts/:id">
          <Opened page={Post} />
        </Route>
        <Route path="/settings/:section">
          <Opened page={Settings} />
        </Route>
        <Route path="/lens/*?">
          <Opened page={Lens} />
        </Route>
        {Object.entries(pages).map(([path, Page]) => (
          <Route key={path} path={path}>
            <Opened page={Page} />
          </Route>
        ))}
        <Route>
          <NotFound />
        </Route>
      </Switch>
    </Shell>
  );
}

function Opened({ page: Page }: { page: ComponentType }) {
  const [path] = useLocation();
  return (
    <Broken page={path}>
      <Suspense fallback={<PageSkeleton />}>
        <Page />
      </Suspense>
    </Broken>
  );
}
