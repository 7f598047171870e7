// The first screen: what the API is, and its tags.

import { isSignedIn } from "../api/session";
import { opening } from "../document/json";
import type { API, Tag } from "../document/model";
import { entrances, listing } from "../document/relations";
import { address, SCREENS } from "../router";
import { Markdown } from "../ui/Markdown";
import { Overview } from "./Overview";

/** Where a tag leads: its first list, else its first GET, else all its operations. */
export function entrance(tag: Tag): string {
  const open = entrances(tag.operations);
  const first = open.find(listing) ?? open.find(({ method }) => method === "GET");
  return first ? address(first.id) : address(SCREENS.tag, { name: tag.name });
}

export function Home({ api }: { api: API }) {
  return (
    <>
      <header class="heading">
        <h1 tabIndex={-1}>{api.title} <span class="chip muted">{api.version}</span></h1>
        <div class="lead">
          <p><Markdown inline text={opening(api.description)} /></p>
          {opening(api.description).length < api.description.trim().length && <details class="about"><summary>More about this API</summary><Markdown text={api.description} /></details>}
        </div>
      </header>
      {api.schemes.size > 0 && !isSignedIn() && <p class="notice">You are not signed in. Only public operations can be used. <a href={address(SCREENS.signIn)}>Sign in</a></p>}
      <Overview api={api} />
      <ul class="tiles">
        {api.tags.map((tag) => (
          <li key={tag.name} class="card">
            <h2><a href={entrance(tag)}>{tag.title}</a></h2>
            <p class="muted"><Markdown inline text={opening(tag.description)} /></p>
            <a class="more" href={address(SCREENS.tag, { name: tag.name })}>{tag.operations.length === 1 ? "1 operation" : `${tag.operations.length} operations`}</a>
          </li>
        ))}
      </ul>
    </>
  );
}

/** All operations of a tag, also those that are reached from an item otherwise. */
export function TagScreen({ tag }: { tag: Tag }) {
  return (
    <>
      <header class="heading">
        <h1 tabIndex={-1}>{tag.title}</h1>
        <div class="lead"><Markdown text={tag.description} /></div>
      </header>
      <ul class="operations">
        {tag.operations.map((operation) => (
          <li key={operation.id}>
            <span class={`method ${operation.method}`}>{operation.method}</span>
            <a href={address(operation.id)}>{operation.summary}</a>
            <code class="muted">{operation.path}</code>
            {operation.deprecated && <span class="chip warning">Deprecated</span>}
          </li>
        ))}
      </ul>
    </>
  );
}
