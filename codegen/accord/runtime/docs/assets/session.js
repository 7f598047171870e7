// Who is signed in in this tab. The console keeps its session at the same place and in the same form.
const key = `accord-console ${new URL("console", document.baseURI).pathname}`;

export function session() {
  return JSON.parse(sessionStorage.getItem(key)) ?? { credentials: {} };
}

// Keeps what the operation that signs in has answered, for a security scheme.
export function keep(scheme, issued) {
  const named = (pattern) => Object.keys(issued).find((name) => pattern.test(name));
  const token = issued[named(/^(access_?token|token|id_?token|jwt)$/i)];
  const refresh = named(/^refresh_?token$/i);
  const id = crypto.getRandomValues(new Uint32Array(4)).join("-");
  sessionStorage.setItem(key, JSON.stringify({ credentials: { [scheme]: token }, refreshToken: issued[refresh], issued, id, refreshes: 0 }));
}

export function forget() {
  sessionStorage.removeItem(key);
}
