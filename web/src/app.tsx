import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import type { ComponentProps } from "react";
import { Broken } from "./components/broken.tsx";
import { SessionProvider } from "./session/session.tsx";
import { Gate } from "./session/gate.tsx";
import { colorScheme } from "./shell/colors.ts";
import { styleNonce } from "./style-nonce.ts";
import { TextProvider } from "./text/text.tsx";
import { theme, variables } from "./theme.ts";

/** The whole dashboard. */
export function App({ first }: Pick<ComponentProps<typeof TextProvider>, "first">) {
  return (
    <TextProvider first={first}>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={variables}
        defaultColorScheme="auto"
        colorSchemeManager={colorScheme}
        getStyleNonce={styleNonce}
      >
        <Notifications position="top-right" />
        <Broken>
          <SessionProvider>
            <Gate />
          </SessionProvider>
        </Broken>
      </MantineProvider>
    </TextProvider>
  );
}
