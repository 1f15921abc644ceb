import { Route, Switch } from "wouter";
import { Empty } from "../../components/empty.tsx";
import { Page } from "../../components/page.tsx";
import { useViewer } from "../../session/viewer.ts";
import { useText } from "../../text/text.tsx";
import { DryRun } from "./dry-run.tsx";
import "./lens.css";
import { Operation } from "./operation.tsx";
import { Operations } from "./operations.tsx";
import { Statistics } from "./statistics.tsx";

/** The lens: recent operations, one of them, a dry run, and the statements of all. */
export default function Lens() {
  const { lens: text } = useText();
  const permissions = useViewer()?.permissions;
  if (permissions && !permissions.includes("READ_INSIGHT")) {
    return (
      <Page title={text.title}>
        <Empty {...text.notAllowed} />
      </Page>
    );
  }
  return (
    <Switch>
      <Route path="/lens">
        <Operations />
      </Route>
      <Route path="/lens/dry-run">
        <DryRun />
      </Route>
      <Route path="/lens/statements">
        <Statistics />
      </Route>
      <Route path="/lens/:id">{({ id }) => <Operation key={id} id={id} />}</Route>
    </Switch>
  );
}
