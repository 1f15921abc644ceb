import { Button, Stack } from "@mantine/core";
import { useState } from "react";
import { ProblemNotice } from "./problem-notice.tsx";

/** Asks for the next page of a short list. */
export function MoreButton({ label, load }: { label: string; load: () => Promise<unknown> }) {
  const [isLoading, setIsLoading] = useState(false);
  const [error, setError] = useState<unknown>();
  const ask = () => {
    setIsLoading(true);
    setError(undefined);
    load()
      .catch(setError)
      .finally(() => setIsLoading(false));
  };
  return (
    <Stack gap="xs" mt="xs" align="flex-start">
      {error !== undefined && <ProblemNotice error={error} />}
      <Button variant="default" size="xs" loading={isLoading} onClick={ask}>
        {label}
      </Button>
    </Stack>
  );
}
