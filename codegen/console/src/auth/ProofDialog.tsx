// Asks for a recent proof of identity (RFC 9470), then the request that needs it is sent again.

import { call, proofRequest, roles } from "../api/client";
import { isJSON } from "../document/model";
import { bodySchema } from "../document/roles";
import { isScalar, view } from "../document/schema";
import { OperationForm } from "../form/OperationForm";
import { Dialog } from "../ui/Confirm";
import { accepts } from "./fields";
import { PasskeyProof } from "./PasskeyProof";

export function ProofDialog() {
  const asked = proofRequest.value;
  const operation = roles.reauthentication;
  if (!asked || !operation) return null;
  const close = (proven: boolean) => {
    proofRequest.value = undefined;
    asked.done(proven);
  };
  const schema = bodySchema(operation);
  const shown = (name: string) => isScalar(view(schema).properties[name]) && (!asked.accepted.length || accepts(asked.accepted, name));
  return (
    <Dialog title="Confirm your identity" close={() => close(false)}>
      <p>This action requires that you have confirmed your identity recently.</p>
      <OperationForm operation={operation} only={shown} action="Continue" done={() => close(true)} />
      {(!asked.accepted.length || asked.accepted.includes("passkey")) && (
        <PasskeyProof schema={schema} label="Use a passkey" send={async (body) => {
          await call(operation, { parameters: {}, body, content: operation.body!.contents.find(({ media }) => isJSON(media)) });
          close(true);
        }} />
      )}
    </Dialog>
  );
}
