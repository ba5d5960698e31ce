// usage: node oauth4webapi.mjs LIBRARY URL
//
// Goes through all that a client of the server at URL needs. The library throws at whatever isn't
// as the standards have it.
import assert from 'node:assert/strict';
import { pathToFileURL } from 'node:url';

const [library, url] = process.argv.slice(2);
const oauth = await import(pathToFileURL(library));
const client = { client_id: 'tasks' };
const auth = oauth.None();

const issuer = new URL(url);
const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm: 'oauth2' }));
const me = new URL('/auth/me', url);
const tasks = new URL('/tasks', url);

const logIn = async (password) => oauth.processGenericTokenEndpointResponse(as, client,
  await oauth.genericTokenEndpointRequest(as, client, auth, 'password', { username: 'ann@example.com', password, scope: 'tasks:read profile' }));
const renew = async (token) => oauth.processRefreshTokenResponse(as, client, await oauth.refreshTokenGrantRequest(as, client, auth, token));
const use = (token, method = 'GET', at = me) => oauth.protectedResourceRequest(token, method, at);
const refused = (error, status) => (problem) => {
  assert.ok(problem instanceof oauth.ResponseBodyError, String(problem));
  assert.deepEqual([problem.error, problem.status], [error, status]);
  return true;
};
const challenged = (status, parameters) => (problem) => {
  assert.ok(problem instanceof oauth.WWWAuthenticateChallengeError, String(problem));
  assert.equal(problem.status, status);
  assert.equal(problem.cause[0].scheme, 'bearer');
  for (const [name, value] of Object.entries(parameters)) assert.equal(problem.cause[0].parameters[name], value);
  return true;
};

await assert.rejects(logIn('wrong-horse'), refused('invalid_grant', 400));
const first = await logIn('correct-horse');
assert.equal(first.token_type, 'bearer');
assert.deepEqual(first.scope.split(' ').sort(), ['profile', 'tasks:read']);
assert.equal((await use(first.access_token)).status, 200);
await assert.rejects(use(first.access_token, 'POST', tasks), challenged(403, { error: 'insufficient_scope', scope: 'tasks:write' }));

// RFC 9068: typ, iss, aud, exp, iat, jti, sub and client_id, and a signature by a published key.
const request = new Request(me, { headers: { authorization: `Bearer ${first.access_token}` } });
const claims = await oauth.validateJwtAccessToken(as, request, 'tasks');
assert.equal(claims.client_id, 'tasks');

const second = await renew(first.refresh_token);
assert.notEqual(second.refresh_token, first.refresh_token);
assert.equal((await use(second.access_token)).status, 200);

await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, auth, second.refresh_token));
await assert.rejects(renew(second.refresh_token), refused('invalid_grant', 400));
await assert.rejects(use(second.access_token), challenged(401, { error: 'invalid_token' }));
await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, auth, 'what nobody has issued'));
