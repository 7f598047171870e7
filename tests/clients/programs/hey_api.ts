// A program of somebody who uses the client that @hey-api/openapi-ts generates: `node hey_api.js URL USERNAME`.
import { createSession, createUser, listUserProfiles, updateUser, type UserConflictProblem, type ValidationProblem } from './generated/hey_api';
import { createClient } from './generated/hey_api/client';

const [, , baseUrl = '', username = ''] = process.argv;
const done = (step: string) => process.stdout.write(`${step}\n`);

function given<T>(value: T | null | undefined, error?: unknown): T {
  if (value === undefined || value === null) throw new Error(JSON.stringify(error));
  return value;
}

async function main(): Promise<void> {
  const client = createClient({ baseUrl });
  const body = { email: `${username}@example.com`, username, password: 'orbit-by-hand-62' };
  const created = await createUser({ client, body });
  const user = given(created.data, created.error);
  if (!('username' in user)) throw new Error('the next step of the sign-up is in an e-mail');
  if (user.username === username && user.role === 'user') done('sign-up');

  const again = await createUser({ client, body });
  if (again.error?.type === '/problems/already-registered') {
    const conflict: UserConflictProblem = again.error;
    if (conflict.status === 409) done('typed 409');
  }

  const refused = await createUser({ client, body: { ...body, password: 'short' } });
  if (refused.error?.type === '/problems/unprocessable-content') {
    const invalid: ValidationProblem = refused.error;
    if (invalid.errors.some((fault) => fault.in === 'body' && fault.pointer === '/password')) done('typed 422');
  }

  const signedIn = await createSession({ client, body: { identifier: username, password: body.password } });
  const tokens = given(signedIn.data, signedIn.error);
  const first = await listUserProfiles({ client, query: { page_size: 1 } });
  const cursor = given(first.data?.next_cursor, first.error);
  const second = await listUserProfiles({ client, query: { page_size: 1, cursor } });
  if (second.data?.page === 2 && second.data.profiles.length === 1) done('page');

  const owner = createClient({ baseUrl, auth: tokens.access_token });
  const change = { client: owner, path: { user_id: user.id }, body: { bio: 'Compilers.' } };
  const stale = await updateUser({ ...change, headers: { 'If-Match': '"999"' } });
  const etag = given(created.response?.headers.get('ETag'));
  const changed = await updateUser({ ...change, headers: { 'If-Match': etag } });
  if (stale.error?.type === '/problems/precondition-failed' && changed.data?.bio === 'Compilers.') done('If-Match');
}

void main();
