import { ApolloProvider } from "@apollo/client/react";
import { useState } from "react";
import { createClient } from "../api/client.ts";
import { Pages } from "../pages.tsx";
import { NoWorkspace } from "../pages/sign-in/no-workspace.tsx";
import { SignIn } from "../pages/sign-in/sign-in.tsx";
import { useSession, type Session } from "./session.tsx";

/** Pages for whoever is signed in, signing in for everybody else. */
export function Gate() {
  const session = useSession();
  if (session.state === "unknown") return null;
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
  if (!isMember) return <NoWorkspace />;
  return (
    <ApolloProvider client={client}>
      <Pages />
    </ApolloProvider>
  );
}
