// The frame: the bar, the menu of tags, the screen of the address, and the dialogs.

import { useEffect, useRef, useState } from "preact/hooks";
import { signOut } from "./api/client";
import { isSignedIn } from "./api/session";
import { ProofDialog } from "./auth/ProofDialog";
import { SignIn } from "./auth/SignIn";
import type { API, Tag } from "./document/model";
import { entrances, listing, pathParameters } from "./document/relations";
import { address, go, parametersOf, route, SCREENS } from "./router";
import { ConfirmDialog, Dialog } from "./ui/Confirm";
import { Toast, toast } from "./ui/Toast";
import { Detail } from "./views/Detail";
import { FormScreen, ReplyBody } from "./views/Form";
import { entrance, Home, TagScreen } from "./views/Home";
import { List } from "./views/List";
import { outcome } from "./views/screen";

export function App({ api }: { api: API }) {
  const [open, setOpen] = useState(false);
  const main = useRef<HTMLElement>(null);
  const { name, query } = route.value;
  const operation = api.operations.get(name);
  const tag = operation?.tag ?? (name === SCREENS.tag ? query.get("name") : undefined);

  useEffect(() => {
    setOpen(false);
    outcome.value = undefined;
    const heading = main.current?.querySelector("h1");
    document.title = heading && name ? `${heading.textContent} · ${api.title}` : api.title;
    if (name) heading?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [name]);

  return (
    <>
      <a class="skip" href="#main" onClick={(event) => { event.preventDefault(); main.current?.focus(); }}>Skip to the content</a>
      <header class="bar">
        <button type="button" class="quiet menu" aria-expanded={open} aria-controls="menu" onClick={() => setOpen(!open)}>Menu</button>
        <a class="brand" href="#/">{api.title}</a>
        <a class="document" href="openapi.yaml">Document</a>
        {api.schemes.size > 0 && <Account />}
      </header>
      <div class="frame">
        <nav id="menu" aria-label="Tags" data-open={open} onKeyDown={(event) => event.key === "Escape" && setOpen(false)}>
          <ul>
            <li><a href="#/" aria-current={name === "" ? "page" : undefined}>Overview</a></li>
            {api.tags.map((each) => <MenuItem key={each.name} tag={each} current={each.name === tag} name={name} />)}
            {api.schemes.size > 0 && <li class="last"><a href={address(SCREENS.signIn)} aria-current={name === SCREENS.signIn ? "page" : undefined}>Credentials</a></li>}
          </ul>
        </nav>
        <main id="main" ref={main} tabIndex={-1}><Screen api={api} /></main>
      </div>
      <ConfirmDialog />
      <ProofDialog />
      {outcome.value && (
        <Dialog title={outcome.value.operation.summary} wide close={() => (outcome.value = undefined)}><ReplyBody api={api} reply={outcome.value} /></Dialog>
      )}
      <Toast />
    </>
  );
}

function Account() {
  if (!isSignedIn()) return <a class="button primary" href={address(SCREENS.signIn)}>Sign in</a>;
  const leave = async () => {
    toast((await signOut()) ? "You are signed out." : "You are signed out here, but the session could not be ended: it is valid until it expires.");
    go("#/");
  };
  return <button type="button" onClick={leave}>Sign out</button>;
}

function MenuItem({ tag, current, name }: { tag: Tag; current: boolean; name: string }) {
  return (
    <li>
      <a class="tag" href={entrance(tag)} aria-current={current ? "true" : undefined}>{tag.title}</a>
      {current && (
        <ul>
          {entrances(tag.operations).map((operation) => (
            <li key={operation.id}><a href={address(operation.id)} aria-current={operation.id === name ? "page" : undefined}>{operation.summary}</a></li>
          ))}
          <li><a href={address(SCREENS.tag, { name: tag.name })} aria-current={name === SCREENS.tag ? "page" : undefined}>All operations</a></li>
        </ul>
      )}
    </li>
  );
}

function Screen({ api }: { api: API }) {
  const { name, query, visit } = route.value;
  if (name === "") return <Home api={api} />;
  if (name === SCREENS.signIn) return <SignIn api={api} />;
  const tag = name === SCREENS.tag && api.tags.find((tag) => tag.name === query.get("name"));
  if (tag) return <TagScreen tag={tag} />;
  const operation = api.operations.get(name);
  if (!operation) return <><h1 tabIndex={-1}>Not found</h1><p>The API has no operation with this name.</p></>;
  const parameters = parametersOf(operation, query);
  const props = { api, operation, parameters };
  if (operation.method !== "GET") return <FormScreen key={visit} {...props} />;
  const complete = pathParameters(operation).every(({ key }) => parameters[key] !== undefined);
  const required = operation.parameters.every((parameter) => !parameter.required || parameter.in === "path" || parameters[parameter.key] !== undefined);
  return listing(operation) && complete && required ? <List key={name} {...props} /> : <Detail key={name} {...props} />;
}
