import { useQuery } from "@apollo/client/react";
import { useCallback, useEffect, useRef, useState } from "react";
import { MeDocument } from "../../operations.generated.ts";

const keyOf = (memberId: string) => `socialhub.inbox-seen.${memberId}`;

export interface LastLook {
  /** Undefined for who was never here. */
  since: string | undefined;
  /** Whether that is known yet. */
  isKnown: boolean;
  /** Marks all as seen. */
  mark: () => void;
}

/**
 * Up to when the inbox was looked at before: kept in this browser for each member, who is one person in one
 * workspace. What is newest when the page is left has been seen then; undefined for who was never here.
 */
export function useLastLook(newest: string | undefined): LastLook {
  const { data } = useQuery(MeDocument);
  const memberId = data?.viewer.member?.id;
  const [marked, setMarked] = useState<string>();
  const stored = useStored(memberId);
  const latest = useRef<{ memberId: string; moment: string }>(undefined);
  useEffect(() => {
    if (memberId && newest) latest.current = { memberId, moment: newest };
  }, [memberId, newest]);

  const keep = useCallback(() => {
    if (!latest.current) return;
    const key = keyOf(latest.current.memberId);
    // Another tab may have been further.
    const before = localStorage.getItem(key) ?? "";
    if (latest.current.moment > before) localStorage.setItem(key, latest.current.moment);
  }, []);
  useEffect(() => {
    addEventListener("pagehide", keep);
    return () => {
      removeEventListener("pagehide", keep);
      keep();
    };
  }, [keep]);

  const mark = () => {
    keep();
    setMarked(latest.current?.moment);
  };
  return { since: marked ?? stored, isKnown: memberId !== undefined, mark };
}

/** As it was when it was first asked for: what is written on leaving is for the next time. */
function useStored(memberId: string | undefined): string | undefined {
  const [stored, setStored] = useState<{ memberId: string; moment: string | null }>();
  if (memberId !== undefined && stored?.memberId !== memberId) {
    setStored({ memberId, moment: localStorage.getItem(keyOf(memberId)) });
  }
  return stored?.moment ?? undefined;
}
