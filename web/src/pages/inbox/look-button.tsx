import { Button } from "@mantine/core";
import { useState } from "react";
import { useText } from "../../text/text.tsx";

/** Asks the server for what came since the list was loaded. */
export function LookButton({ look }: { look: () => Promise<unknown> }) {
  const { inbox: text } = useText();
  const [isLooking, setIsLooking] = useState(false);
  const lookNow = () => {
    setIsLooking(true);
    // What went wrong is shown above the list.
    look()
      .catch(() => undefined)
      .finally(() => setIsLooking(false));
  };
  return (
    <Button variant="default" loading={isLooking} onClick={lookNow}>
      {text.look}
    </Button>
  );
}
