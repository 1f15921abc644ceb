/** The dashboard's pages. The server answers each, and every URL below it, with the one HTML page. */
export const DASHBOARD_PATHS = [
  "/",
  "/posts",
  "/calendar",
  "/inbox",
  "/settings",
  "/lens",
  "/join",
] as const;

export type DashboardPath = (typeof DASHBOARD_PATHS)[number];
