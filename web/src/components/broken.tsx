import { Button, Stack, Text } from "@mantine/core";
import { Component, type ReactNode } from "react";
import { useText } from "../text/text.tsx";

/** Keeps a fault of one page from taking the others with it. */
export class Broken extends Component<{ children: ReactNode }, { isBroken: boolean }> {
  override state = { isBroken: false };

  static getDerivedStateFromError() {
    return { isBroken: true };
  }

  override render() {
    return this.state.isBroken ? <Sorry /> : this.props.children;
  }
}

function Sorry() {
  const { problem } = useText();
  return (
    <Stack p="xl" align="flex-start" role="alert">
      <Text>{problem.broken}</Text>
      <Button onClick={() => location.reload()}>{problem.reload}</Button>
    </Stack>
  );
}
