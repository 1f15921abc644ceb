import { Button, Stack, Text } from "@mantine/core";
import { Component, type ReactNode } from "react";
import { useText } from "../text/text.tsx";

interface Props {
  /** What broke one page is not shown on the next. A key would begin every page anew, sound or not. */
  page?: string;
  children: ReactNode;
}

interface State {
  page: string | undefined;
  isBroken: boolean;
}

/** Keeps a fault of one page from taking the others with it. */
export class Broken extends Component<Props, State> {
  override state: State = { page: this.props.page, isBroken: false };

  static getDerivedStateFromProps({ page }: Props, before: State) {
    return page === before.page ? null : { page, isBroken: false };
  }

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
