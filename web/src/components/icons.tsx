import type { SVGProps } from "react";

/** Lines of each icon, on a grid of 24 by 24. */
const lines = {
  overview: "M4 4h6v8H4zM4 16h6v4H4zM14 12h6v8h-6zM14 4h6v4h-6z",
  posts: "M5 4h14v16H5zM9 8h6M9 12h6M9 16h4",
  calendar: "M4 6h16v14H4zM4 10h16M8 3v4M16 3v4",
  inbox: "M4 5h16v12H9l-5 4zM8 9h8M8 13h5",
  settings:
    "M4 7h9M17 7h3M4 17h3M11 17h9M15 5a2 2 0 1 1 0 4a2 2 0 0 1 0-4M9 15a2 2 0 1 1 0 4a2 2 0 0 1 0-4",
  lens: "M10.5 4a6.5 6.5 0 1 1 0 13a6.5 6.5 0 0 1 0-13M15.5 15.5L20 20",
  chevron: "M6 9l6 6l6-6",
  left: "M15 6l-6 6l6 6",
  right: "M9 6l6 6l-6 6",
  check: "M5 12l5 5L20 7",
  out: "M14 8V5H5v14h9v-3M10 12h10M17 9l3 3l-3 3",
  heart: "M12 20l-7-7a4.5 4.5 0 0 1 7-6a4.5 4.5 0 0 1 7 6z",
  comment: "M4 5h16v11H10l-5 4v-4H4z",
  eye: "M3 12s3.5-6 9-6s9 6 9 6s-3.5 6-9 6s-9-6-9-6M12 10a2 2 0 1 1 0 4a2 2 0 0 1 0-4",
  share: "M4 13v7h16v-7M12 15V4M8 8l4-4l4 4",
  database:
    "M4 6c0-1.7 3.6-3 8-3s8 1.3 8 3s-3.6 3-8 3s-8-1.3-8-3v12c0 1.7 3.6 3 8 3s8-1.3 8-3V6M4 12c0 1.7 3.6 3 8 3s8-1.3 8-3",
  close: "M6 6l12 12M18 6L6 18",
  warning: "M12 4l9 16H3zM12 10v4M12 17v.01",
} as const;

export type IconName = keyof typeof lines;

/** An icon, for the eye alone: what it stands for is said in words beside it. */
export function Icon({
  name,
  size = 20,
  ...rest
}: { name: IconName; size?: number } & SVGProps<SVGSVGElement>) {
  return (
    <svg
      viewBox="0 0 24 24"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth={1.8}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
      style={{ flex: "none", verticalAlign: "middle" }}
      {...rest}
    >
      <path d={lines[name]} />
    </svg>
  );
}
