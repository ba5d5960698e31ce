// A server in JavaScript, written to the contract and to nothing else, with Node's standard
// library. It shows that the cases fit servers that have nothing in common with the
// reference. It keeps everything in memory. For tests only.
import http from 'node:http';
import { createHmac, randomBytes, randomUUID, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const key = process.env.SECRET_KEY ?? '';
if (Buffer.byteLength(key) < 32) {
  console.error('SECRET_KEY must have 32 bytes or more. Make one with: openssl rand -hex 32');
  process.exit(1);
}
// Those that the contract names. A real server has the 3,000 most common ones.
const common = new Set(['password', 'password1', '12345678', '123456789', '11111111', 'qwerty123', 'iloveyou', 'sunshine', 'princess', 'football']);
const lifetime = 60 * Number(process.env.ACCESS_TOKEN_EXPIRE_MINUTES || 30);
const [host, port] = (process.env.ADDR || '127.0.0.1:8000').split(':');

const users = new Map(); // by id: {id, email, salt, hash}
const emails = new Map(); // email in lower case: id
const tasks = []; // {id, title, owner}, oldest first

const maxBody = 64 << 10;
const maxTasks = 1000;

// A Problem is an error that the client is told.
class Problem extends Error {
  constructor(status, code, detail, headers = {}) {
    super(detail);
    Object.assign(this, { status, code, detail, headers });
  }
}

const send = (res, status, value, headers = {}) => {
  const text = value === undefined ? '' : JSON.stringify(value);
  res.writeHead(status, {
    ...(text && { 'content-type': 'application/json; charset=utf-8', 'x-content-type-options': 'nosniff' }),
    'cache-control': 'no-store',
    ...(status !== 204 && { 'content-length': Buffer.byteLength(text) }),
    ...headers,
  });
  res.end(text);
};

// read returns the body, and refuses more than limit bytes of it.
const read = (req, limit) =>
  new Promise((resolve, reject) => {
    const tooLarge = () => reject(new Problem(413, 'invalid_request', 'That is too much', { connection: 'close' }));
    if (Number(req.headers['content-length']) > limit) return tooLarge();
    const parts = [];
    let size = 0;
    req.on('data', (part) => {
      size += part.length;
      if (size > limit) {
        req.pause();
        return tooLarge();
      }
      parts.push(part);
    });
    req.on('end', () => resolve(Buffer.concat(parts)));
    req.on('error', reject);
    req.on('aborted', () => reject(new Problem(400, 'invalid_request', 'The body never came')));
  });

const sendProblem = (req, res, { status, code, detail, headers }) => {
  const description = /^\/auth\/token([?]|$)/.test(req.url) ? { error_description: detail } : {};
  send(res, status, { error: code, detail, ...description }, headers);
};

const readObject = async (req) => {
  const body = await read(req, maxBody);
  let value;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body));
  } catch {
    throw new Problem(400, 'invalid_request', 'This is no JSON');
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new Problem(422, 'invalid_request', 'An object is wanted');
  }
  return value;
};

// Passwords. So many are hashed at a time; the others wait for a place. If somebody gives up,
// so does their request, and if there are too many, they are told to come back later.
const places = 2;
const maxWaiting = 400;
const maxWait = 8000;
let hashing = 0;
const waiting = new Set();
const overloaded = () => new Problem(503, 'overloaded', 'Too many people are logging in', { 'retry-after': '5' });

const place = (res) => {
  if (hashing < places) return void hashing++;
  if (waiting.size >= maxWaiting) throw overloaded();
  return new Promise((resolve, reject) => {
    const leave = (error) => { clearTimeout(timer); waiting.delete(enter); reject(error); };
    const enter = () => { clearTimeout(timer); waiting.delete(enter); resolve(); };
    const timer = setTimeout(() => leave(overloaded()), maxWait);
    waiting.add(enter);
    res.once('close', () => waiting.has(enter) && leave(new Problem(499, 'gone', 'The client has gone')));
  });
};

const hashOf = async (password, salt, res) => {
  await place(res);
  try {
    return await promisify(scrypt)(password, salt, 32, { N: 4096, r: 8, p: 1 });
  } finally {
    const [next] = waiting;
    if (next) next();
    else hashing--;
  }
};
const dummy = { salt: randomBytes(16), hash: randomBytes(32) };

const wrongWith = (email, password) => {
  if (typeof email !== 'string') return 'email must be text';
  if (!/.@./s.test(email)) return 'email must have something on both sides of an @';
  if (Buffer.byteLength(email) > 254) return 'email must have 254 bytes at most';
  if (/\p{Cc}/u.test(email)) return 'email must have no control characters';
  if (typeof password !== 'string') return 'password must be text';
  if ([...password].length < 8) return 'password must have 8 characters or more';
  if (Buffer.byteLength(password) > 72) return 'password must have 72 bytes at most';
  if (password.includes('\0')) return 'password must have no NUL';
  if (common.has(password.toLowerCase())) return 'password is one of the most common ones';
};

const signUp = async (req, res) => {
  const { email, password } = await readObject(req);
  const wrong = wrongWith(email, password);
  if (wrong) throw new Problem(422, 'invalid_request', wrong);
  const salt = randomBytes(16);
  const hash = await hashOf(password, salt, res);
  const name = email.toLowerCase();
  if (emails.has(name)) throw new Problem(409, 'email_taken', 'That email is taken');
  const user = { id: randomUUID(), email: name, salt, hash };
  users.set(user.id, user);
  emails.set(name, user.id);
  send(res, 201, { id: user.id, email: name });
};

// Tokens.
const base64url = (value) => Buffer.from(value).toString('base64url');
const mac = (text) => createHmac('sha256', key).update(text).digest();

const issue = (subject) => {
  const now = Math.floor(Date.now() / 1000);
  const text = `${base64url('{"typ":"JWT","alg":"HS256"}')}.${base64url(JSON.stringify({ sub: subject, iat: now, exp: now + lifetime }))}`;
  return `${text}.${mac(text).toString('base64url')}`;
};

const badToken = (detail = 'Invalid or expired token') =>
  new Problem(401, 'invalid_token', detail, { 'www-authenticate': 'Bearer realm="tasks", error="invalid_token"' });

const verify = (token) => {
  const parts = token.split('.');
  if (parts.length !== 3 || !parts.every((part) => base64url(Buffer.from(part, 'base64url')) === part)) throw badToken();
  let header, payload;
  try {
    header = JSON.parse(Buffer.from(parts[0], 'base64url').toString());
    payload = JSON.parse(Buffer.from(parts[1], 'base64url').toString());
  } catch {
    throw badToken();
  }
  if (header?.alg !== 'HS256' || 'crit' in header) throw badToken();
  const wanted = mac(`${parts[0]}.${parts[1]}`);
  const signature = Buffer.from(parts[2], 'base64url');
  if (signature.length !== wanted.length || !timingSafeEqual(signature, wanted)) throw badToken();
  const now = Date.now() / 1000;
  if (payload === null || typeof payload !== 'object') throw badToken();
  if (typeof payload.exp !== 'number' || payload.exp <= now) throw badToken();
  if (payload.nbf !== undefined && (typeof payload.nbf !== 'number' || payload.nbf > now)) throw badToken();
  if (payload.sub === undefined || payload.sub === null || payload.sub === '') throw badToken('Missing subject claim');
  if (typeof payload.sub !== 'string') throw badToken();
  return payload.sub;
};

const whoAsks = (req) => {
  const match = /^bearer +(\S.*)$/i.exec((req.headers.authorization ?? '').trim());
  if (!match) throw new Problem(401, 'not_authenticated', 'Not authenticated', { 'www-authenticate': 'Bearer realm="tasks"' });
  const user = users.get(verify(match[1]));
  if (!user) throw badToken('User not found');
  return user;
};

const logIn = async (req, res, url) => {
  const bad = (detail, code = 'invalid_request') => new Problem(400, code, detail);
  const type = (req.headers['content-type'] ?? '').split(';')[0].trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded') throw bad('The content type must be application/x-www-form-urlencoded');
  const body = (await read(req, maxBody)).toString();
  if (/%(?![0-9a-f]{2})/i.test(body)) throw bad('The form is not encoded well');
  const form = new URLSearchParams(body);
  for (const name of ['username', 'password', 'grant_type']) {
    if (url.searchParams.has(name)) throw bad('Send the form in the body');
    if (form.getAll(name).length > 1) throw bad(`There is more than one ${name}`);
  }
  if (form.get('grant_type') && form.get('grant_type') !== 'password') throw bad('grant_type must be password', 'unsupported_grant_type');
  const [username, password] = [form.get('username'), form.get('password')];
  if (!username || !password) throw bad('username and password are wanted');
  const user = users.get(emails.get(username.toLowerCase()));
  const { salt, hash } = user ?? dummy;
  // scrypt fills a short password up with NULs, so that one with a NUL behind it would be the same.
  const right = timingSafeEqual(await hashOf(password, salt, res), hash) && !password.includes('\0');
  if (!user || !right) throw new Problem(401, 'invalid_grant', 'invalid credentials', { 'www-authenticate': 'Bearer realm="tasks"' });
  send(res, 200, { token_type: 'Bearer', expires_in: lifetime, access_token: issue(user.id) }, { 'cache-control': 'no-store, max-age=0', pragma: 'no-cache' });
};

// Tasks.
const shown = ({ id, title }) => ({ id, title });

const createTask = async (req, res, _, user) => {
  const { title } = await readObject(req);
  if (typeof title !== 'string' || title === '') throw new Problem(422, 'invalid_request', 'title is wanted');
  if ([...title].length > 500) throw new Problem(422, 'invalid_request', 'title must have 500 characters at most');
  if (tasks.filter((task) => task.owner === user.id).length >= maxTasks) throw new Problem(409, 'too_many_tasks', 'Nobody may have more than 1,000 tasks');
  const task = { id: randomUUID(), title, owner: user.id };
  tasks.push(task);
  send(res, 201, shown(task), { location: `tasks/${task.id}` });
};

const indexOf = (user, id) => {
  const i = tasks.findIndex((task) => task.id === id && task.owner === user.id);
  if (i < 0) throw new Problem(404, 'not_found', 'No such task');
  return i;
};

const description = () => {
  const operation = (summary, guarded) => ({ summary, responses: { default: { description: 'see the contract' } }, ...(guarded && { security: [{ login: [] }] }) });
  return {
    openapi: '3.1.0',
    info: { title: 'Tasks', version: '1' },
    paths: {
      '/users': { post: operation('sign up') },
      '/auth/token': { post: operation('log in') },
      '/auth/me': { get: operation('who am I?', true) },
      '/tasks': { get: operation('list', true), post: operation('create', true) },
      '/tasks/{task}': { get: operation('show', true), delete: operation('delete', true) },
    },
    components: { securitySchemes: { login: { type: 'oauth2', flows: { password: { tokenUrl: 'auth/token', scopes: {} } } } } },
  };
};

const page = '<!doctype html><title>Tasks</title><h1>Tasks</h1><p><a href="https://nodejs.org">Node</a> serves <a href="openapi.json">this API</a>.</p><button>Authorize</button>';

const routes = [
  [/^\/users$/, { POST: signUp }],
  [/^\/auth\/token$/, { POST: logIn }],
  [/^\/auth\/me$/, { GET: async (req, res, url, user) => send(res, 200, { id: user.id, email: user.email }) }, true],
  [/^\/tasks$/, { POST: createTask, GET: async (req, res, url, user) => send(res, 200, tasks.filter((task) => task.owner === user.id).map(shown)) }, true],
  [/^\/tasks\/([^/]+)$/, {
    GET: async (req, res, url, user, id) => send(res, 200, shown(tasks[indexOf(user, id)])),
    DELETE: async (req, res, url, user, id) => { tasks.splice(indexOf(user, id), 1); send(res, 204); },
  }, true],
  [/^\/healthz$/, { GET: async (req, res) => send(res, 200, { ok: true }) }],
  [/^\/openapi\.json$/, { GET: async (req, res) => send(res, 200, description()) }],
  [/^\/docs$/, { GET: async (req, res) => { res.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }); res.end(page); } }],
];

const answer = async (req, res) => {
  let url, path;
  try {
    url = new URL(req.url, 'http://tasks');
    path = decodeURIComponent(url.pathname);
  } catch {
    throw new Problem(400, 'invalid_request', 'That is no path');
  }
  for (const [pattern, methods, guarded] of routes) {
    const match = pattern.exec(path);
    if (!match) continue;
    const user = guarded && whoAsks(req);
    const method = Object.hasOwn(methods, req.method) ? methods[req.method] : req.method === 'HEAD' && methods.GET;
    if (!method) throw new Problem(405, 'method_not_allowed', 'The path has other methods: see Allow', { allow: Object.keys(methods).join(', ') });
    return method(req, res, url, user, match[1]);
  }
  throw new Problem(404, 'not_found', 'Nothing is here');
};

const server = http.createServer((req, res) => {
  answer(req, res).catch((error) => {
    if (res.headersSent) return res.destroy();
    if (!(error instanceof Problem)) {
      console.error(error);
      error = new Problem(500, 'server_error', 'Something went wrong');
    }
    sendProblem(req, res, error);
  });
});
server.on('checkContinue', (req, res) => {
  // The token first: a stranger must not be told to go on.
  if (/^\/tasks$/.test(req.url)) {
    try { whoAsks(req); } catch (error) { return sendProblem(req, res, { ...error, headers: { ...error.headers, connection: 'close' } }); }
  }
  res.writeContinue();
  server.emit('request', req, res);
});
server.listen(Number(port), host);
