import { ApolloProvider } from "@apollo/client/react";
import { useEffect, useRef, useState } from "react";
import { useLocation } from "wouter";
import type { DashboardPath } from "../../../src/dashboard/paths.ts";
import { createClient } from "../api/client.ts";
import { forgetFailed } from "../api/failed.ts";
import { Join } from "../pages/join/join.tsx";
import { SignUp } from "../pages/join/sign-up.tsx";
import { Pages } from "../pages.tsx";
import { NoWorkspace } from "../pages/sign-in/no-workspace.tsx";
import { SignIn } from "../pages/sign-in/sign-in.tsx";
import { useSession, type Session } from "./session.tsx";

const JOIN: DashboardPath = "/join";

/** Pages for whoever is signed in, signing in for everybody else. */
export function Gate() {
  const session = useSession();
  const [path] = useLocation();
  const [isKnown, setIsKnown] = useState(false);
  if (session.state === "unknown") return null;
  if (session.state === "out" && path === JOIN && !isKnown) {
    return <SignUp signInInstead={() => setIsKnown(true)} />;
  }
  if (session.state !== "in") return <SignIn hasEnded={session.state === "ended"} />;
  // Another person or workspace is another client, with nothing of the one before in its cache.
  return <SignedIn key={session.generation} session={session} />;
}

function SignedIn({ session }: { session: Session }) {
  const { workspaceId, chooseWorkspace, ended } = session;
  const [isMember, setIsMember] = useState(true);
  // A client is of one workspace for as long as it lives.
  const [client] = useState(() =>
    createClient(workspaceId, {
      onSignedOut: ended,
      // The one that was remembered is theirs no longer: the person's first is asked for, if there is one.
      onNoWorkspace: () =>
        workspaceId === undefined ? setIsMember(false) : chooseWorkspace(undefined),
    }),
  );
  const [path] = useLocation();
  const from = useRef(path);
  useEffect(() => {
    if (from.current !== path) forgetFailed(client.cache);
    from.current = path;
  }, [client, path]);
  if (!isMember && path !== JOIN) return <NoWorkspace />;
  return (
    // Whoever is invited may be a member of no workspace yet.
    <ApolloProvider client={client}>{path === JOIN ? <Join /> : <Pages />}</ApolloProvider>
  );
}
