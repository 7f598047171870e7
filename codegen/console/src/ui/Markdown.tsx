// The Markdown of descriptions: paragraphs, lists, links, code and emphasis, as elements and never as HTML.

import type { ComponentChildren } from "preact";

const INLINE = /`([^`]+)`|\*\*([^*]+)\*\*|\[([^\]]+)\]\((https?:[^)\s]+)\)/g;

function inline(text: string): ComponentChildren[] {
  const parts: ComponentChildren[] = [];
  let end = 0;
  for (const match of text.matchAll(INLINE)) {
    parts.push(text.slice(end, match.index));
    const [whole, code, strong, label, url] = match;
    parts.push(code ? <code>{code}</code> : strong ? <strong>{strong}</strong> : <a href={url} rel="noreferrer" target="_blank">{label}</a>);
    end = match.index + whole.length;
  }
  return [...parts, text.slice(end)];
}

export function Markdown({ text, inline: only = false }: { text: string; inline?: boolean }) {
  if (only) return <>{inline(text)}</>;
  return (
    <>
      {text.trim().split(/\n\s*\n/).map((block, index) => {
        const items = block.split(/\n(?=\s*[-*] )/).filter((line) => /^\s*[-*] /.test(line));
        if (items.length) return <ul key={index}>{items.map((item) => <li key={item}>{inline(item.replace(/^\s*[-*] /, ""))}</li>)}</ul>;
        return <p key={index}>{inline(block.replace(/^#+ /, ""))}</p>;
      })}
    </>
  );
}
