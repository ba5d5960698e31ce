package contract

// fault is a mistake in testdata/server.mjs, and the cases that must find it. Those of
// testdata/contract.txt are made in the reference, and must be compiled; these are what is
// easier to get wrong in another language, or would need more than one place in the reference.
type fault struct {
	name     string
	old, new string
	cases    string // "section/case", with spaces between
}

var faults = []fault{
	// Tokens.
	{"skips junk in base64", `!parts.every((part) => base64url(Buffer.from(part, 'base64url')) === part)`, `!parts.every((part) => part)`, "tokens/refuses-a-signature-with-a-star-in-it tokens/refuses-a-payload-with-a-tilde-in-it tokens/refuses-a-signature-with-bits-to-spare"},
	{"takes padding", `base64url(Buffer.from(part, 'base64url')) === part`, `base64url(Buffer.from(part, 'base64url')) === part.replace(/=+$/, '')`, "tokens/refuses-a-signature-with-an-equals-sign-behind-it tokens/refuses-a-payload-with-padding"},
	{"looks at whole numbers in nbf alone", `(typeof payload.nbf !== 'number' || payload.nbf > now)`, `(typeof payload.nbf !== 'number' || (Number.isInteger(payload.nbf) && payload.nbf > now))`, "tokens/refuses-an-nbf-in-the-future-with-a-fraction"},
	{"skips an nbf of another type", `(typeof payload.nbf !== 'number' || payload.nbf > now)`, `payload.nbf > now`, "tokens/refuses-an-nbf-that-is-text tokens/refuses-an-nbf-in-quotes"},
	{"takes an exp in quotes", `typeof payload.exp !== 'number' || payload.exp <= now`, `!(Number(payload.exp) > now)`, "tokens/refuses-an-exp-in-quotes"},
	{"compares the first half of the MAC", `!timingSafeEqual(signature, wanted)`, `!timingSafeEqual(signature.subarray(0, 16), wanted.subarray(0, 16))`, "tokens/refuses-a-signature-whichever-byte-differs"},
	{"compares all of the MAC but its last byte", `!timingSafeEqual(signature, wanted)`, `!timingSafeEqual(signature.subarray(0, 31), wanted.subarray(0, 31))`, "tokens/refuses-a-signature-whichever-byte-differs"},
	{"skips crit", ` || 'crit' in header`, ``, "tokens/refuses-crit-with-exp tokens/refuses-crit-with-a-name-that-nobody-knows"},
	{"knows only what it has never heard of in crit", ` || 'crit' in header`, ` || [header.crit ?? []].flat().some((name) => !(name in header))`, "tokens/refuses-crit-with-exp"},
	{"reads claims in any case", `  const now = Date.now() / 1000;
`, `  const now = Date.now() / 1000;
  for (const name of Object.keys(payload ?? {})) payload[name.toLowerCase()] = payload[name];
`, "tokens/takes-sub-with-SUB-behind-it tokens/refuses-EXP-for-exp"},
	{"keeps verdicts", `const verify = (token) => {
`, `const verdicts = new Map();
const verify = (token) => {
  if (!verdicts.has(token)) verdicts.set(token, verifyAnew(token));
  return verdicts.get(token);
};
const verifyAnew = (token) => {
`, "again/refuses-a-token-that-was-good-until-it-expired"},
	{"keeps refusals", `const verify = (token) => {
`, `const refused = new Map();
const verify = (token) => {
  if (refused.has(token)) throw refused.get(token);
  try { return verifyAnew(token); } catch (error) { refused.set(token, error); throw error; }
};
const verifyAnew = (token) => {
`, "again/takes-a-token-that-was-too-early"},
	// Ways in.
	{"does the work first", `    const user = guarded && whoAsks(req);
`, `    if (guarded) {
      const [, payload] = (req.headers.authorization ?? '').split('.');
      let claimed;
      try { claimed = users.get(JSON.parse(Buffer.from(payload, 'base64url')).sub); } catch {}
      try { whoAsks(req); } catch (error) {
        if (claimed && req.method === 'DELETE' && methods.DELETE) tasks.splice(indexOf(claimed, match[1]), 1);
        if (claimed && req.method === 'POST' && methods.POST) tasks.push({ id: randomUUID(), title: 'x', owner: claimed.id });
        throw error;
      }
    }
    const user = guarded && whoAsks(req);
`, "doors/changes-nothing-for-a-token-with-another-signature doors/changes-nothing-for-an-expired-token"},
	{"trusts a health check", `const whoAsks = (req) => {
`, `const whoAsks = (req) => {
  if (/kube-probe/.test(req.headers['user-agent'])) return [...users.values()][0];
`, "doors/believes-no-header-of-the-health-check-of-Kubernetes"},
	{"trusts what says that it is inside", `const whoAsks = (req) => {
`, `const whoAsks = (req) => {
  if (req.headers['x-internal']) return [...users.values()][0];
`, "doors/believes-no-header-of-somebody-inside"},
	{"trusts this machine", `const whoAsks = (req) => {
`, `const whoAsks = (req) => {
  if (req.headers['x-forwarded-for'] === '127.0.0.1') return [...users.values()][0];
`, "doors/believes-no-header-of-this-machine"},
	{"trusts an upgrade", `const whoAsks = (req) => {
`, `const whoAsks = (req) => {
  if (req.headers['sec-websocket-key']) return [...users.values()][0];
`, "doors/believes-no-header-of-a-websocket"},
	{"takes the token from another header", `req.headers.authorization ?? ''`, `req.headers.authorization ?? req.headers['proxy-authorization'] ?? ''`, "doors/takes-no-token-from-Proxy-Authorization"},
	{"looks for a better token in a cookie", `  const user = users.get(verify(match[1]));
`, `  let subject;
  try { subject = verify(match[1]); } catch (error) { subject = verify(/\btoken=([^;]+)/.exec(req.headers.cookie)?.[1] ?? ''); }
  const user = users.get(subject);
`, "doors/looks-for-no-better-token-in-a-cookie"},
	{"guards paths as they are written", `guarded && whoAsks(req)`, `guarded && (/^[/](tasks|auth[/]me)/.test(req.url) ? whoAsks(req) : [...users.values()].at(-1))`, "doors/has-no-path-around-the-token-to-making"},
	{"deletes by GET", `  for (const [pattern, methods, guarded] of routes) {
`, `  req.method = req.headers['x-http-method-override'] ?? req.method;
  for (const [pattern, methods, guarded] of routes) {
`, "doors/reads-and-deletes-nothing-whatever-a-header-says"},
	{"deletes by a query", `  for (const [pattern, methods, guarded] of routes) {
`, `  req.method = url.searchParams.get('_method') ?? req.method;
  for (const [pattern, methods, guarded] of routes) {
`, "doors/reads-and-deletes-nothing-whatever-the-query-says"},
	{"takes the last part of a path for the id", `[/^\/tasks\/([^/]+)$/, {`, `[/^\/tasks\/(?:.*\/)?([^/]+)$/, {`, "doors/deletes-a-task-by-its-own-path-alone"},
	{"looks at no token for HEAD", `guarded && whoAsks(req)`, `guarded && (req.method === 'HEAD' ? [...users.values()][0] : whoAsks(req))`, "errors/answer-HEAD-as-GET-of-tasks-for-a-stranger"},
	// Logging in.
	{"logs in by LIKE", `users.get(emails.get(username.toLowerCase()))`, `users.get(emails.get([...emails.keys()].find((email) => new RegExp('^' + username.toLowerCase().replace(/[.*+?^$(){}|[\]\\]/g, '\\$&').replaceAll('_', '.').replaceAll('%', '.*') + '$').test(email))))`, "log-in/takes-no-pattern-for-a-username-an-underscore-for-a-letter log-in/takes-no-pattern-for-a-username-a-percent-sign-for-the-host"},
	{"hashes nothing for an unknown user", `  const { salt, hash } = user ?? dummy;
`, `  if (!user) throw new Problem(401, 'invalid_grant', 'invalid credentials', { 'www-authenticate': 'Bearer realm="tasks"' });
  const { salt, hash } = user ?? dummy;
`, "together/takes-as-long-for-an-unknown-user"},
	{"hashes no long password of somebody unknown", `  const { salt, hash } = user ?? dummy;
`, `  if (!user && password.length > 72) throw new Problem(401, 'invalid_grant', 'invalid credentials', { 'www-authenticate': 'Bearer realm="tasks"' });
  const { salt, hash } = user ?? dummy;
`, "together/takes-as-long-for-an-unknown-user-with-a-long-password"},
	{"takes the first of two spellings", `form.getAll(name).length > 1`, `body.split('&').filter((part) => part.startsWith(name + '=')).length > 1`, "log-in/refuses-a-password-in-two-spellings"},
	{"gives tokens for PUT", `[/^\/auth\/token$/, { POST: logIn }]`, `[/^\/auth\/token$/, { POST: logIn, PUT: logIn }]`, "log-in/gives-no-token-for-PUT"},
	{"keeps in mind who is unknown", `  if (!user || !right) throw`, `  if (!user) dummy[username] = true;
  if (!user || !right || dummy[username]) throw`, "again/knows-an-email-as-soon-as-it-has-signed-up"},
	{"has no error_description", `{ error_description: detail }`, `{}`, "errors/describe-a-wrong-password-for-OAuth-libraries"},
	{"tells a multipart form about its password", `throw bad('The content type must be application/x-www-form-urlencoded')`, `throw bad('Send username and password')`, "log-in/tells-a-multipart-form-about-its-content-type"},
	{"hashes for clients that have gone", `    res.once('close', () => waiting.has(enter) && leave(new Problem(499, 'gone', 'The client has gone')));
`, ``, "together/gives-the-places-of-clients-that-have-gone-to-others"},
	{"breaks when many log in", `if (waiting.size >= maxWaiting) throw overloaded();`, `if (waiting.size >= 12) throw new Error('too many');`, "together/answers-a-crowd-of-logins"},
	{"says nothing about when to come back", `if (waiting.size >= maxWaiting) throw overloaded();`, `if (waiting.size >= 12) throw new Problem(503, 'overloaded', 'Too many');`, "together/answers-a-crowd-of-logins"},
	// Signing up.
	{"repeats a password that is refused", `'password must have 72 bytes at most'`, "`password must have 72 bytes at most, and it is ${password}`", "errors/repeat-nothing-of-a-password-that-is-too-long"},
	{"repeats an email that is taken", `'That email is taken'`, "`${email} is taken`", "errors/repeat-nothing-of-an-email-that-is-taken"},
	{"counts units of UTF-16", `[...password].length < 8`, `password.length < 8`, "sign-up/refuses-4-characters-of-two-units-each"},
	{"counts bytes at least", `[...password].length < 8`, `Buffer.byteLength(password) < 8`, "sign-up/refuses-7-letters-of-14-bytes"},
	{"takes common passwords", `if (common.has(password.toLowerCase()))`, `if (common.has(password + ' '))`, "sign-up/refuses-the-common-password-sunshine"},
	{"takes line breaks in an email", `/\p{Cc}/u.test(email)`, `email.includes('\0')`, "sign-up/refuses-an-email-with-a-newline"},
	{"trims an email", `  const wrong = wrongWith(email, password);
`, `  const wrong = wrongWith(email?.trim?.() ?? email, password);
`, "sign-up/refuses-an-email-with-a-newline-at-its-end"},
	{"counts the characters of an email", `Buffer.byteLength(email) > 254`, `email.length > 254`, "sign-up/refuses-an-email-of-254-characters-and-more-bytes"},
	{"makes the user and refuses then", `  if (wrong) throw new Problem(422, 'invalid_request', wrong);
`, `  if (wrong && typeof email === 'string') emails.set(email.toLowerCase(), 'nobody');
  if (wrong) throw new Problem(422, 'invalid_request', wrong);
`, "sign-up/refuses-7-characters"},
	{"lower-cases a to z alone", `const name = email.toLowerCase();
  if (emails`, `const name = email.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  if (emails`, "sign-up/refuses-an-email-that-is-taken-in-other-letters"},
	{"shows an email as it was typed", `send(res, 201, { id: user.id, email: name })`, `send(res, 201, { id: user.id, email })`, "sign-up/shows-an-email-in-lower-case"},
	{"looks at the content type of JSON", `  const body = await read(req, maxBody);
  let value;`, `  if (!/json/.test(req.headers['content-type'])) throw new Problem(400, 'invalid_request', 'JSON is wanted');
  const body = await read(req, maxBody);
  let value;`, "sign-up/takes-json-whatever-it-is-called tasks/takes-json-whatever-it-is-called"},
	{"reads a megabyte", `const maxBody = 64 << 10;`, `const maxBody = 1 << 20;`, "limits/refuses-a-sign-up-of-64-KB-and-a-byte limits/refuses-a-title-of-100-KB"},
	{"refuses a body of just 64 KB", `size > limit`, `size >= limit`, "limits/takes-a-sign-up-of-64-KB"},
	// Tasks.
	{"cuts a list off", `.map(shown))`, `.slice(0, 500).map(shown))`, "tasks/keeps-a-thousand-tasks-and-no-more"},
	{"has no limit of tasks", `const maxTasks = 1000;`, `const maxTasks = 1e9;`, "tasks/keeps-a-thousand-tasks-and-no-more"},
	{"counts first and makes the task later", `  const task = { id: randomUUID()`, `  await new Promise((resolve) => setTimeout(resolve, 2));
  const task = { id: randomUUID()`, "tasks/keeps-a-thousand-tasks-and-no-more"},
	{"cuts a title off", `if ([...title].length > 500) throw`, `if (false) throw`, "tasks/refuses-a-title-of-501-characters"},
	{"counts the bytes of a title", `[...title].length > 500`, `Buffer.byteLength(title) > 500`, "tasks/keeps-a-title-of-500-letters-with-accents"},
	{"looks first and deletes then", `DELETE: async (req, res, url, user, id) => { tasks.splice(indexOf(user, id), 1); send(res, 204); },`, `DELETE: async (req, res, url, user, id) => { const task = tasks[indexOf(user, id)]; await new Promise(setImmediate); const i = tasks.indexOf(task); if (i >= 0) tasks.splice(i, 1); send(res, 204); },`, "together/deletes-a-task-once"},
	{"keeps lists", `GET: async (req, res, url, user) => send(res, 200, tasks.filter((task) => task.owner === user.id).map(shown))`, `GET: async (req, res, url, user) => send(res, 200, (user.list ??= tasks.filter((task) => task.owner === user.id)).map(shown))`, "again/shows-in-a-list-what-has-been-made-since again/answers-like-a-simple-model-whatever-comes-before"},
	{"keeps a list while it is as long", `GET: async (req, res, url, user) => send(res, 200, tasks.filter((task) => task.owner === user.id).map(shown))`, `GET: async (req, res, url, user) => {
      const now = tasks.filter((task) => task.owner === user.id);
      if (user.list?.length !== now.length) user.list = now;
      send(res, 200, user.list.map(shown));
    }`, "again/shows-in-a-list-what-has-been-made-since"},
	{"shows a task that it has shown before", `GET: async (req, res, url, user, id) => send(res, 200, shown(tasks[indexOf(user, id)])),`, `GET: async (req, res, url, user, id) => send(res, 200, shown((user['task ' + id] ??= tasks[indexOf(user, id)]))),`, "again/forgets-a-task-as-soon-as-it-is-deleted again/answers-like-a-simple-model-whatever-comes-before"},
	{"counts tasks for their ids", `const task = { id: randomUUID(), title`, `const task = { id: 'task-' + tasks.length, title`, "again/gives-a-new-task-the-id-of-no-deleted-one"},
	// Answers.
	{"forgets nosniff", `, 'x-content-type-options': 'nosniff'`, ``, "errors/let-nobody-guess-the-type-of-an-unknown-path"},
	{"lets caches keep all but tokens", `    'cache-control': 'no-store',
`, ``, "errors/let-no-cache-keep-a-list errors/let-no-cache-keep-a-task-that-is-deleted"},
	{"calls 405 404", `throw new Problem(405, 'method_not_allowed', 'The path has other methods: see Allow', { allow: Object.keys(methods).join(', ') })`, `throw new Problem(404, 'not_found', 'Nothing is here')`, "errors/knows-no-PUT-of-tasks"},
	{"names all methods in Allow", `{ allow: Object.keys(methods).join(', ') }`, `{ allow: 'GET, POST, PUT, DELETE' }`, "errors/knows-no-PUT-of-tasks"},
	{"repeats a path", `throw new Problem(404, 'not_found', 'Nothing is here')`, "throw new Problem(404, 'not_found', `Nothing is at ${path}`)", "errors/repeat-nothing-of-an-unknown-path"},
}
