import { Skeleton } from "@mantine/core";
import { useText } from "../../text/text.tsx";

/** Lines as high as those that come. */
export function ListSkeleton() {
  const { app } = useText();
  return (
    <div className="surface" role="status" aria-label={app.loading}>
      {Array.from({ length: 10 }, (_, index) => (
        <div key={index} className="lens-skeleton">
          <Skeleton h={14} w={`${45 + ((index * 17) % 40)}%`} />
        </div>
      ))}
    </div>
  );
}
