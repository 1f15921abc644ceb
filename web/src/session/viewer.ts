import { useQuery } from "@apollo/client/react";
import { useLocation } from "wouter";
import { CurrentViewerDocument, type Permission } from "../operations.generated.ts";

/** Who is looking, in which workspace; undefined until that is known. */
export function useViewer() {
  const [path] = useLocation();
  // The overview brings the viewer with everything else, in its one request.
  const fetchPolicy = path === "/" ? "cache-only" : "cache-first";
  return useQuery(CurrentViewerDocument, { fetchPolicy }).data?.viewer;
}

/** Whether the viewer may do this; false until that is known. */
export const useMay = (permission: Permission): boolean =>
  useViewer()?.permissions?.includes(permission) ?? false;
