import { notifications } from "@mantine/notifications";
import { useText } from "../text/text.tsx";

/** Tells of something in a notification: what was done, or with a title what was not. */
export function useNotify() {
  const { app } = useText();
  return (message: string, failure?: { title: string }) =>
    notifications.show({
      message,
      closeButtonProps: { "aria-label": app.close },
      // Whoever reads slowly has time for what went wrong.
      ...(failure ? { ...failure, color: "red", role: "alert", autoClose: 10_000 } : {}),
    });
}
