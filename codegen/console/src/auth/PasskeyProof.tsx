// A button that answers a challenge with a passkey and sends it as the only property of a body.

import { useState } from "preact/hooks";
import { answer, arePasskeysSupported, credentialProperty } from "../api/passkey";
import { Fields, Node } from "../document/json";
import { view } from "../document/schema";

export function PasskeyProof({ schema, label, send }: { schema: Node; label: string; send: (body: Fields) => Promise<void> }) {
  const [failure, setFailure] = useState("");
  const [name, property] = Object.entries(view(schema).properties).find(([, property]) => credentialProperty(property)) ?? [];
  if (!name || !arePasskeysSupported()) return null;
  const use = async () => {
    setFailure("");
    try {
      await send({ [name]: await answer(property) });
    } catch (error) {
      setFailure(error instanceof DOMException ? "No passkey was used." : (error as Error).message);
    }
  };
  return (
    <div class="passkey">
      <button type="button" onClick={use}>{label}</button>
      {failure && <p class="error" role="alert">{failure}</p>}
    </div>
  );
}
