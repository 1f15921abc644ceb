import { createContext, use, useEffect, useMemo, useState, type ReactNode } from "react";
import * as auth from "./auth.ts";

/**
 * The session's cookie cannot be seen here. That there should be one is noted, so that a page that is opened
 * again asks for its data at once; whoever was never signed in here asks for the session first. What is noted is
 * the person's id: the other tabs have the same cookie, and hear of another person by this.
 */
const SIGNED_IN = "socialhub.signed-in";
/** Of this tab, so that two tabs can show two workspaces; a new tab begins with the last one chosen. */
const WORKSPACE = "socialhub.workspace";

type State = "unknown" | "out" | "ended" | "in";

export interface Session {
  state: State;
  /** The workspace asked for; the person's first one when undefined. */
  workspaceId: string | undefined;
  /** How often another person or workspace came: what belongs to one is none of the other's. */
  generation: number;
  signIn: (email: string, password: string) => Promise<void>;
  signOut: () => Promise<void>;
  /** The person has come in by another way than signIn. */
  entered: (answer: auth.SessionAnswer) => void;
  /** The server no longer knows the session. */
  ended: () => void;
  chooseWorkspace: (workspaceId: string | undefined) => void;
}

const Context = createContext<Session | undefined>(undefined);

const storedWorkspace = () =>
  sessionStorage.getItem(WORKSPACE) ?? localStorage.getItem(WORKSPACE) ?? undefined;

function storeWorkspace(workspaceId: string | undefined) {
  for (const storage of [sessionStorage, localStorage]) {
    if (workspaceId === undefined) storage.removeItem(WORKSPACE);
    else storage.setItem(WORKSPACE, workspaceId);
  }
}

export function SessionProvider({ children }: { children: ReactNode }) {
  const [state, setState] = useState<State>(localStorage.getItem(SIGNED_IN) ? "in" : "unknown");
  const [workspaceId, setWorkspaceId] = useState(storedWorkspace);
  const [generation, setGeneration] = useState(0);

  // Only what another tab has done comes here.
  useEffect(() => {
    const heard = ({ key, newValue }: StorageEvent) => {
      // A storage that was cleared has no key.
      if (key !== SIGNED_IN && key !== null) return;
      setGeneration((before) => before + 1);
      sessionStorage.removeItem(WORKSPACE);
      setWorkspaceId(storedWorkspace());
      setState(newValue === null ? "out" : "in");
    };
    addEventListener("storage", heard);
    return () => removeEventListener("storage", heard);
  }, []);

  useEffect(() => {
    if (state !== "unknown") return;
    auth.currentSession().then(
      ({ user }) => {
        if (user) localStorage.setItem(SIGNED_IN, user.id);
        setState(user ? "in" : "out");
      },
      () => setState("out"),
    );
  }, [state]);

  const value = useMemo((): Session => {
    const entered = ({ user }: auth.SessionAnswer) => {
      localStorage.setItem(SIGNED_IN, user?.id ?? "yes");
      setGeneration((before) => before + 1);
      setState("in");
    };
    const left = (next: State) => {
      localStorage.removeItem(SIGNED_IN);
      setState(next);
    };
    const chooseWorkspace = (chosen: string | undefined) => {
      storeWorkspace(chosen);
      setWorkspaceId(chosen);
      setGeneration((before) => before + 1);
    };
    return {
      state,
      workspaceId,
      generation,
      async signIn(email, password) {
        entered(await auth.signIn(email, password));
      },
      async signOut() {
        await auth.signOut();
        chooseWorkspace(undefined);
        left("out");
      },
      entered,
      ended: () => left("ended"),
      chooseWorkspace,
    };
  }, [state, workspaceId, generation]);

  return <Context value={value}>{children}</Context>;
}

export function useSession(): Session {
  const session = use(Context);
  if (!session) throw new Error("there is no SessionProvider above");
  return session;
}
