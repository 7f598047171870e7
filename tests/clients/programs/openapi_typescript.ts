// A program of somebody who uses openapi-fetch with the types of openapi-typescript: `node openapi_typescript.js URL USERNAME`.
import createClient from 'openapi-fetch';
import type { components, paths } from './generated/openapi_typescript';

const [, , baseUrl = '', username = ''] = process.argv;
const done = (step: string) => process.stdout.write(`${step}\n`);

function given<T>(value: T | null | undefined, error?: unknown): T {
  if (value === undefined || value === null) throw new Error(JSON.stringify(error));
  return value;
}

async function main(): Promise<void> {
  const client = createClient<paths>({ baseUrl });
  const body = { email: `${username}@example.com`, username, password: 'orbit-by-hand-62' };
  const created = await client.POST('/api/v1/users', { body });
  const user = given(created.data, created.error);
  if (!('username' in user)) throw new Error('the next step of the sign-up is in an e-mail');
  if (user.username === username && user.role === 'user') done('sign-up');

  const again = await client.POST('/api/v1/users', { body });
  if (again.error?.type === '/problems/already-registered') {
    const conflict: components['schemas']['UserConflictProblem'] = again.error;
    if (conflict.status === 409) done('typed 409');
  }

  const refused = await client.POST('/api/v1/users', { body: { ...body, password: 'short' } });
  if (refused.error?.type === '/problems/unprocessable-content') {
    const invalid: components['schemas']['ValidationProblem'] = refused.error;
    if (invalid.errors.some((fault) => fault.in === 'body' && fault.pointer === '/password')) done('typed 422');
  }

  const signedIn = await client.POST('/api/v1/sessions', { body: { identifier: username, password: body.password } });
  const tokens = given(signedIn.data, signedIn.error);
  const first = await client.GET('/api/v1/user-profiles', { params: { query: { page_size: 1 } } });
  const cursor = given(first.data?.next_cursor, first.error);
  const second = await client.GET('/api/v1/user-profiles', { params: { query: { page_size: 1, cursor } } });
  if (second.data?.page === 2 && second.data.profiles.length === 1) done('page');

  const owner = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${tokens.access_token}` } });
  const change = (etag: string) =>
    owner.PATCH('/api/v1/users/{user_id}', {
      params: { path: { user_id: user.id }, header: { 'If-Match': etag } },
      headers: { 'Content-Type': 'application/merge-patch+json' },
      body: { bio: 'Compilers.' },
    });
  const stale = await change('"999"');
  const changed = await change(given(created.response.headers.get('ETag')));
  if (stale.error?.type === '/problems/precondition-failed' && changed.data?.bio === 'Compilers.') done('If-Match');
}

void main();
