import { Skeleton } from "@mantine/core";
import { useText } from "../text/text.tsx";

/** Rows as high as those that come. */
export function RowsSkeleton({ count = 8 }: { count?: number }) {
  const { app } = useText();
  return (
    <div className="surface rows" role="status" aria-label={app.loading}>
      {Array.from({ length: count }, (_, index) => (
        <div key={index} className="row">
          <Skeleton circle h={38} w={38} style={{ flex: "none" }} />
          <div className="row-content">
            <Skeleton h={14} w="40%" mb={8} />
            <Skeleton h={14} mb={6} />
            <Skeleton h={14} w="70%" mb={8} />
            <Skeleton h={14} w="30%" />
          </div>
        </div>
      ))}
    </div>
  );
}
