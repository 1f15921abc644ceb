import { createTheme, type CSSVariablesResolver } from "@mantine/core";

/** A list scrolls by itself: a scroll area inside it would be one that no keyboard reaches. */
const scrollingList = {
  defaultProps: { withScrollArea: false },
  styles: { options: { maxHeight: 220, overflowY: "auto" } },
};

/** Colours and shapes. Fonts are the system's: nothing is loaded for them. */
export const theme = createTheme({
  primaryColor: "brand",
  primaryShade: { light: 6, dark: 7 },
  colors: {
    brand: [
      "#eef0ff",
      "#dadefb",
      "#b2b9f1",
      "#8792e8",
      "#6371e1",
      "#4c5cdd",
      "#4352cf",
      "#3744b5",
      "#2f3ca2",
      "#24318f",
    ],
  },
  defaultRadius: "md",
  cursorType: "pointer",
  fontFamily:
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif",
  headings: { fontWeight: "650" },
  components: {
    Anchor: { defaultProps: { underline: "always" } },
    // Its placeholder is a child that a menu must not have; the first item gets the focus instead.
    Menu: { defaultProps: { withInitialFocusPlaceholder: false } },
    MultiSelect: scrollingList,
    Notification: { styles: { description: { color: "var(--mantine-color-dimmed)" } } },
    Select: scrollingList,
    Skeleton: { defaultProps: { radius: "sm" } },
  },
});

/** Mantine's dimmed text is too pale to be read by everybody: this has a contrast of 5 and more. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": "#5c636b",
    "--mantine-color-placeholder": "#5c636b",
    "--mantine-color-body": "#f7f8fb",
    "--surface": "#ffffff",
    "--mantine-color-anchor": "#3744b5",
    "--mantine-color-error": "#c92a2a",
  },
  dark: {
    "--mantine-color-dimmed": "#a6abb3",
    "--mantine-color-placeholder": "#a6abb3",
    "--mantine-color-body": "#15171c",
    "--surface": "#1d2027",
    "--mantine-color-anchor": "#a5b0ff",
    "--mantine-color-error": "#ff8787",
  },
});
