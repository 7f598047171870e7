// Signing in: with the operation of the document that returns a token, or with a credential that the user has.

import { useState } from "preact/hooks";
import { call, enter, type Failure, type Reply, roles } from "../api/client";
import { session, without } from "../api/session";
import { Node, title } from "../document/json";
import type { API } from "../document/model";
import { isJSON } from "../document/model";
import { bodySchema } from "../document/roles";
import { isScalar, view } from "../document/schema";
import { OperationForm } from "../form/OperationForm";
import { go } from "../router";
import { toast } from "../ui/Toast";
import { accepts, firstFields } from "./fields";
import { PasskeyProof } from "./PasskeyProof";

export function SignIn({ api }: { api: API }) {
  const done = (reply: Reply) => {
    enter(reply);
    toast("You are signed in.");
    go("#/");
  };
  return (
    <div class="sign-in">
      <h1 tabIndex={-1}>Sign in</h1>
      {roles.signIn && <TokenForm done={done} />}
      <details class="card" open={!roles.signIn}>
        <summary>{roles.signIn ? "Use another credential" : "Enter a credential"}</summary>
        {[...api.schemes].map(([name, scheme]) => <Credential key={name} name={name} scheme={scheme} />)}
        {api.schemes.size === 0 && <p>This API has no authentication: every operation is public.</p>}
      </details>
    </div>
  );
}

function TokenForm({ done }: { done: (reply: Reply) => void }) {
  const operation = roles.signIn!;
  const schema = bodySchema(operation);
  const [accepted, setAccepted] = useState<string[]>();
  const first = firstFields(operation);
  const shown = (name: string) => isScalar(view(schema).properties[name]) && (first.includes(name) || (accepted !== undefined && accepts(accepted, name)));

  /** A response that asks for one more proof: its fields are shown. */
  const failed = ({ problem }: Failure): boolean => {
    if (!Array.isArray(problem.accepted)) return true;
    setAccepted(problem.accepted.map(String));
    return false;
  };
  return (
    <section class="card">
      {accepted && <p role="status">{`One more step: enter ${accepted.map((name) => title(name).toLowerCase()).join(" or ")}.`}</p>}
      <OperationForm operation={operation} only={shown} action="Sign in" done={done} failed={failed} />
      <PasskeyProof schema={schema} label="Sign in with a passkey" send={async (body) => {
        const content = operation.body!.contents.find(({ media }) => isJSON(media));
        done(await call(operation, { parameters: {}, body, content }));
      }} />
    </section>
  );
}

const HINTS: Record<string, string> = { http: "Token", apiKey: "Key", oauth2: "Access token", openIdConnect: "Access token" };

function Credential({ name, scheme }: { name: string; scheme: Node }) {
  const [text, setText] = useState("");
  const [user, setUser] = useState("");
  const basic = scheme.type === "http" && /^basic$/i.test(scheme.scheme);
  const stored = name in session.value.credentials;
  const use = (credential: Record<string, string>) => {
    const others = without(name);
    session.value = { ...others, credentials: { ...others.credentials, ...credential }, overviewRefused: undefined };
  };
  const save = (event: Event) => {
    event.preventDefault();
    use({ [name]: basic ? `${user}:${text}` : text });
    setText("");
    toast(`${title(name)} is now used in this tab.`);
  };
  return (
    <form class="credential" onSubmit={save}>
      <h2>{title(name)} {stored && <span class="chip good">Set</span>}</h2>
      {basic && <><label htmlFor={`${name}-user`}>User</label><input id={`${name}-user`} required autoComplete="username" value={user} onInput={(event) => setUser(event.currentTarget.value)} /></>}
      <label htmlFor={name}>{basic ? "Password" : HINTS[scheme.type] ?? "Credential"}</label>
      <input id={name} type="password" required autoComplete="off" value={text} onInput={(event) => setText(event.currentTarget.value)} />
      <div class="actions">
        <button class="primary">Use</button>
        {stored && <button type="button" onClick={() => use({})}>Remove</button>}
      </div>
    </form>
  );
}
