/** An event of a stream: its name, and its data as it was parsed. */
export interface StreamedEvent {
  name: string;
  data: unknown;
}

/** The server says something every fifteen seconds: this long without a word, and the connection is dead. */
const SILENCE_MS = 45_000;

/** The events of a stream in the groups in which they came, until it ends or falls silent. */
export async function* eventsOf(
  stream: ReadableStream<Uint8Array>,
): AsyncGenerator<StreamedEvent[]> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (;;) {
      const timer = setTimeout(() => void reader.cancel(), SILENCE_MS);
      const { value, done } = await reader.read().finally(() => clearTimeout(timer));
      if (done) return;
      const parts = (rest + decoder.decode(value, { stream: true })).split("\n\n");
      rest = parts.pop() ?? "";
      const events = parts.flatMap(parseEvent);
      if (events.length > 0) yield events;
    }
  } finally {
    // Without it the connection stays open when nobody reads on.
    void reader.cancel().catch(() => undefined);
  }
}

/** None for a comment. */
function parseEvent(text: string): StreamedEvent[] {
  const name = /^event: (.+)$/m.exec(text)?.[1];
  const data = /^data: (.+)$/m.exec(text)?.[1];
  return name === undefined || data === undefined ? [] : [{ name, data: JSON.parse(data) }];
}
