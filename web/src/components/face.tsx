import { Avatar } from "@mantine/core";

/** Of other origins nothing is loaded: not by the page's policy, and nobody learns who looks. */
const isOwn = (url: string) => new URL(url, location.href).origin === location.origin;

/** A picture of somebody or of an account, or the initials; the name is said beside it. */
export function Face({
  name,
  url,
  size = 36,
}: {
  name: string;
  url?: string | null | undefined;
  size?: number;
}) {
  const initials = name
    .split(/[\s._-]+/)
    .map((word) => Array.from(word)[0] ?? "")
    .filter((letter) => /[\p{L}\p{N}]/u.test(letter));
  const shown = [initials[0], initials.length > 1 ? initials.at(-1) : ""].join("").toUpperCase();
  return (
    <Avatar
      src={url && isOwn(url) ? url : null}
      alt=""
      size={size}
      radius="xl"
      aria-hidden="true"
      styles={{
        placeholder: {
          // Nobody is nobody's colour: the name may be on its way.
          background: name ? colorOf(name) : "var(--mantine-color-gray-6)",
          color: "#fff",
          fontWeight: 600,
          fontSize: size * 0.38,
          border: 0,
        },
      }}
    >
      {shown}
    </Avatar>
  );
}

/** The same for the same name; each dark enough for white letters. */
function colorOf(name: string): string {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 360;
  return `hsl(${sum} 45% 30%)`;
}
