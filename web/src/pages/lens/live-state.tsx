import { Button, Group, Text } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { useText } from "../../text/text.tsx";
import type { useLive } from "./use-live.ts";

/** How often at most a screen reader is told of new operations. */
const TELL_MS = 15_000;

/** Whether the list is live, and what waits. It is as high whatever it says, so that the list stays in its place. */
export function LiveState({
  live: { connection, waiting, dropped, error, shown },
  isPaused,
  isRead,
  toggle,
  show,
}: {
  live: ReturnType<typeof useLive>;
  isPaused: boolean;
  /** Whether somebody is reading, so that the list is held. */
  isRead: boolean;
  toggle: () => void;
  show: () => void;
}) {
  const { live: text } = useText().lens;
  const said = useNowAndThen(waiting.length);
  const isOpen = connection === "open";
  const state = () => {
    if (error !== undefined) return text.stopped;
    if (!isOpen) return text[connection];
    if (isPaused) return text.paused;
    return isRead && shown?.length ? text.held : text.open;
  };
  return (
    <Group justify="space-between" gap="xs" className="live-state">
      <Group gap="xs" wrap="nowrap">
        <span
          className="dot"
          data-live={isOpen && !isPaused && error === undefined}
          data-held={isRead}
        />
        <Text size="sm" c="dimmed">
          {state()} {dropped > 0 && text.dropped(dropped)}
        </Text>
      </Group>
      <span className="said" role="status">
        {said > 0 && text.said(said)}
      </span>
      <Group gap="xs">
        {waiting.length > 0 && (
          <Button size="xs" onClick={show}>
            {text.fresh(waiting.length)}
          </Button>
        )}
        <Button size="xs" variant="default" onClick={toggle}>
          {isPaused ? text.resume : text.pause}
        </Button>
      </Group>
    </Group>
  );
}

/** A number that follows another one now and then: what is read out must not chatter. */
function useNowAndThen(value: number): number {
  const latest = useRef(value);
  const [told, setTold] = useState(0);
  useEffect(() => {
    latest.current = value;
  }, [value]);
  useEffect(() => {
    const timer = setInterval(() => setTold(latest.current), TELL_MS);
    return () => clearInterval(timer);
  }, []);
  // What has been shown is not waiting any more.
  return value === 0 ? 0 : told;
}
