import { useEffect, useRef, type RefObject } from "react";

const steps: Readonly<Record<string, 1 | -1>> = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

/** Where letters are text, and arrows belong to what has the focus. */
const takesKeys =
  "input, textarea, select, [contenteditable], [role=listbox], [role=menu], [role=dialog]";

/**
 * J and K or the arrows go from comment to comment, also from the open conversation; Escape closes that one.
 * Arrows scroll, and letters are left alone, while the focus is elsewhere on the page.
 */
export function useInboxKeys(
  list: RefObject<HTMLElement | null>,
  panel: RefObject<HTMLElement | null>,
  { goTo, close }: { goTo: (id: string) => void; close: () => void },
) {
  const latest = useRef({ goTo, close });
  useEffect(() => {
    latest.current = { goTo, close };
  });
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (target.closest(takesKeys)) return;
      const isInList = list.current?.contains(target) ?? false;
      const isInPanel = panel.current?.contains(target) ?? false;
      const isNowhere = target === document.body || target.matches("h1");
      if (event.key === "Escape" && (isInList || isInPanel)) return latest.current.close();
      const by = steps[event.key];
      if (by === undefined) return;
      const isArrow = event.key.startsWith("Arrow");
      if (!isInList && (isArrow || !(isInPanel || isNowhere))) return;
      const items = [...(list.current?.querySelectorAll<HTMLElement>("[data-comment]") ?? [])];
      const here = items.findIndex((item) => item.tabIndex === 0);
      const isAtRest = !isInList && !isInPanel && here <= 0;
      const next = items[isAtRest ? 0 : Math.min(Math.max(here + by, 0), items.length - 1)];
      if (!next) return;
      event.preventDefault();
      next.focus();
      next.scrollIntoView({ block: "nearest" });
      latest.current.goTo(next.dataset["comment"] ?? "");
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, [list, panel]);
}
