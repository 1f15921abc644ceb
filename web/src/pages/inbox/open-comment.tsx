import { useEffect, useRef, type RefObject } from "react";
import { Empty } from "../../components/empty.tsx";
import type { CommentPartsFragment } from "../../operations.generated.ts";
import { useText } from "../../text/text.tsx";
import { Conversation } from "./conversation.tsx";

/** Beside the list, the conversation of the open comment; on a phone it covers the list. */
export function OpenComment({
  panel,
  takesFocus,
  id,
  listed,
  hrefOf,
  close,
}: {
  panel: RefObject<HTMLElement | null>;
  /** Whether it was opened by a link: whoever goes through the list by keys stays there. */
  takesFocus: RefObject<boolean>;
  id: string | undefined;
  listed: CommentPartsFragment | undefined;
  hrefOf: (id: string) => string;
  close: () => void;
}) {
  const { inbox: text } = useText();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (id === undefined) return;
    panel.current?.scrollTo(0, 0);
    if (takesFocus.current) heading.current?.focus();
  }, [id, panel, takesFocus]);
  return (
    <section
      ref={panel}
      className="surface conversation"
      data-open={id !== undefined}
      aria-label={text.conversation}
    >
      {id === undefined ? (
        <Empty {...text.choose} />
      ) : (
        <Conversation id={id} listed={listed} heading={heading} hrefOf={hrefOf} close={close} />
      )}
    </section>
  );
}
