import { Box, Center, Group, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { languages, useLanguage, useText, type Language } from "../../text/text.tsx";
import iconUrl from "../../icon.svg";

/** The frame of what is shown to whoever is not in a workspace. */
export function Welcome({ children }: { children: ReactNode }) {
  const { app } = useText();
  const { language, choose } = useLanguage();
  return (
    <Center component="main" mih="100dvh" p="md">
      <Box w="100%" maw={400}>
        <Group justify="space-between" mb="md">
          <Group gap={8}>
            <img src={iconUrl} alt="" width={32} height={32} />
            <Text fw={700}>{app.name}</Text>
          </Group>
          <Group gap="sm" component="nav" aria-label={app.language}>
            {(Object.keys(languages) as Language[]).map((each) => (
              <button
                key={each}
                type="button"
                lang={each}
                className="language"
                aria-pressed={each === language}
                onClick={() => choose(each)}
              >
                {languages[each]}
              </button>
            ))}
          </Group>
        </Group>
        <Box className="surface" p="lg">
          {children}
        </Box>
      </Box>
    </Center>
  );
}
