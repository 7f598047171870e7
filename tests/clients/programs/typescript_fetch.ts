// A program of somebody who uses the TypeScript client of openapi-generator: `node typescript_fetch.js URL USERNAME`.
import {
  Configuration,
  PreconditionFailedProblemFromJSON,
  ProfilesApi,
  ResponseError,
  SessionsApi,
  UnprocessableProblemFromJSON,
  UserConflictProblemFromJSON,
  UserConflictProblemTypeEnum,
  UsersApi,
} from './generated/typescript_fetch';

const [, , basePath = '', username = ''] = process.argv;
const done = (step: string) => process.stdout.write(`${step}\n`);

async function problem(answer: Promise<unknown>): Promise<unknown> {
  try {
    await answer;
  } catch (error) {
    if (error instanceof ResponseError) return error.response.json();
    throw error;
  }
  throw new Error('a problem was expected');
}

async function main(): Promise<void> {
  const visitor = new Configuration({ basePath });
  const users = new UsersApi(visitor);
  const userCreate = { email: `${username}@example.com`, username, password: 'orbit-by-hand-62' };
  const created = await users.createUserRaw({ userCreate });
  const user = await created.value();
  if (user.username === username && user.role === 'user') done('sign-up');

  const conflict = UserConflictProblemFromJSON(await problem(users.createUser({ userCreate })));
  if (conflict.type === UserConflictProblemTypeEnum.ALREADY_REGISTERED && conflict.status === 409) done('typed 409');

  const refused = users.createUser({ userCreate: { ...userCreate, password: 'short' } });
  const invalid = UnprocessableProblemFromJSON(await problem(refused));
  if (invalid.type === '/problems/unprocessable-content') {
    if (invalid.errors.some((fault) => fault._in === 'body' && fault.pointer === '/password')) done('typed 422');
  }

  const sessionCreate = { identifier: username, password: userCreate.password };
  const tokens = await new SessionsApi(visitor).createSession({ sessionCreate });
  const profiles = new ProfilesApi(visitor);
  const first = await profiles.listUserProfiles({ pageSize: 1 });
  if (first.nextCursor === null) throw new Error('a second page was expected');
  const second = await profiles.listUserProfiles({ pageSize: 1, cursor: first.nextCursor });
  if (second.page === 2 && second.profiles.length === 1) done('page');

  const owner = new UsersApi(new Configuration({ basePath, accessToken: tokens.accessToken }));
  const change = { userId: user.id, userUpdate: { bio: 'Compilers.' } };
  const stale = PreconditionFailedProblemFromJSON(await problem(owner.updateUser({ ...change, ifMatch: '"999"' })));
  const changed = await owner.updateUser({ ...change, ifMatch: created.raw.headers.get('ETag') ?? '' });
  if (stale.status === 412 && changed.bio === 'Compilers.') done('If-Match');
}

void main();
