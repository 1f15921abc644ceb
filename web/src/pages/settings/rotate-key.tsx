import { NativeSelect } from "@mantine/core";
import { useState } from "react";
import { prepend } from "../../api/prepend.ts";
import { useChange } from "../../api/use-change.ts";
import { Confirm } from "../../components/confirm.tsx";
import { wordsOf } from "../../components/filter-panel.tsx";
import { RotateApiKeyDocument, type ApiKeyPartsFragment } from "../../operations.generated.ts";
import { useText } from "../../text/text.tsx";
import type { MadeKey } from "./api-keys.tsx";

/** Replaces a key by another one like it, while the old one goes on for some time. */
export function RotateKey({
  apiKey,
  workspaceId,
  isOpen,
  close,
  show,
}: {
  apiKey: ApiKeyPartsFragment;
  workspaceId: string;
  isOpen: boolean;
  close: () => void;
  show: (made: MadeKey) => void;
}) {
  const { settings } = useText();
  const text = settings.keys;
  const [overlap, setOverlap] = useState("1440");
  const { id, name } = apiKey;
  const rotate = useChange(RotateApiKeyDocument, {
    update(cache, payload) {
      if (payload.apiKey) prepend(cache, workspaceId, "apiKeys", payload.apiKey);
    },
  });
  const confirm = async () => {
    const payload = await rotate.send({ apiKeyId: id, overlapMinutes: Number(overlap) });
    if (!payload?.key) return;
    close();
    show({ name, key: payload.key });
  };
  return (
    <Confirm
      isOpen={isOpen}
      title={text.rotateTitle(name)}
      text={text.rotateText}
      action={text.rotate}
      color="brand"
      isBusy={rotate.isBusy}
      error={rotate.error}
      refusal={rotate.refusalOf(null, "apiKeyId", "scopes", "idempotencyKey")}
      confirm={confirm}
      cancel={close}
    >
      <NativeSelect
        label={text.overlap}
        data={wordsOf(text.overlaps)}
        value={overlap}
        onChange={(event) => setOverlap(event.currentTarget.value)}
        error={rotate.refusalOf("overlapMinutes")}
      />
    </Confirm>
  );
}
