/**
 * The service worker: the app opens where there is no network.
 *
 * Three kinds of things are kept. The shell (scripts, styles, icons) by its version, which the server writes above
 * this text as SHELL = {version, files}. The pages that somebody works on: the first screen and the tasks that were
 * opened, from the network first, for one operator at a time. And the pictures of items that those tasks have shown,
 * the newest, within a bound. Answers to POST are never kept: what was scanned waits in the page's own queue (queue.js).
 */

const SHELL_CACHE = `trueshelf-shell-${SHELL.version}`;
const PAGES = "trueshelf-pages-"; // + the operator's id
const PICTURES = "trueshelf-pictures-"; // + the operator's id
const MOST_PICTURES = 60;
const MOST_BYTES = 8 * 2 ** 20; // of all of them together; a picture of more than an eighth of that is not kept
const WHO = "trueshelf-who"; // whose page the server sent last
const NOWHERE = "/offline";
const PATIENCE = 3000; // milliseconds until a kept page is shown instead of none
const KEPT_PAGE = /^\/(tasks\/\d+)?$/;
const TASK_PAGE = /^\/tasks\/\d+$/;
const NO_PICTURE = /^\/(static\/|barcodes\.svg$)/; // bars on the screen are no picture of an item
const NOT_OURS = /^\/(office|api|metrics|healthz|readyz)(\/|$)/; // the desk works with a network or not at all
const NO_SERVER = new Set([502, 503, 504]); // a gateway without the app behind it

let keeping = Promise.resolve(); // one picture at a time: two at once would not see each other in the bound
let serverVersion = SHELL.version; // what the last page was made for: another version's scripts come from the network

self.addEventListener("install", (event) => {
  event.waitUntil(keepShell());
  self.skipWaiting();
});

self.addEventListener("activate", (event) => event.waitUntil(takeOver()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== location.origin || NOT_OURS.test(pathname)) return;
  if (request.mode === "navigate") event.respondWith(request.method === "GET" ? page(event, pathname) : send(request));
  else if (request.method !== "GET") return;
  else if (pathname.startsWith("/static/")) event.respondWith(file(event));
  else if (request.destination === "image" && !NO_PICTURE.test(pathname)) event.respondWith(picture(event));
});

async function keepShell() {
  const shell = await caches.open(SHELL_CACHE);
  await shell.addAll([...SHELL.files, NOWHERE].map((url) => new Request(url, { cache: "reload" })));
}

async function takeOver() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith("trueshelf-shell-") && name !== SHELL_CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  for (const name of names.filter((one) => one.startsWith(PAGES))) await dropOldPages(await caches.open(name));
  await self.clients.claim();
}

async function dropOldPages(pages) {
  for (const request of await pages.keys()) {
    const version = (await pages.match(request)).headers.get("X-Shell");
    if (version && version !== SHELL.version) await pages.delete(request);
  }
}

/** A page: from the network; where that says nothing in time, as it was kept; else the page that needs no server. */
async function page(event, pathname) {
  const fresh = fetch(event.request).then(async (response) => {
    if (response.type === "opaqueredirect") return response;
    if (!response.headers.has("X-Shell") || NO_SERVER.has(response.status)) throw new Error("not the server");
    await note(event.request, pathname, response.clone());
    return response;
  });
  event.waitUntil(fresh.catch(() => {}));
  const kept = await keptPage(pathname);
  try {
    return await (kept ? inTime(fresh) : fresh);
  } catch {
    return asKept(kept ?? (await caches.match(NOWHERE, { cacheName: SHELL_CACHE })));
  }
}

function inTime(promise) {
  const late = new Promise((_resolve, reject) => setTimeout(() => reject(new Error("late")), PATIENCE));
  return Promise.race([promise, late]);
}

/** A form: sent as it is, and nothing of it is kept. Without a network it was not done, and is said so. */
async function send(request) {
  try {
    return await fetch(request);
  } catch {
    return Response.redirect(NOWHERE, 303);
  }
}

/** Whose page this is decides what may be kept: another's pages, and everybody's after a sign-out, are deleted. */
async function note(request, pathname, response) {
  serverVersion = response.headers.get("X-Shell");
  const operator = response.headers.get("X-Operator");
  if (operator !== (await who())) await setWho(operator);
  if (!operator || response.status !== 200 || response.redirected || !KEPT_PAGE.test(pathname)) return;
  const pages = await caches.open(PAGES + operator);
  await pages.delete(`${pathname}?last`); // the last prompt that the page itself noted (kept.js) is older than this
  await pages.put(pathname, response);
}

async function who() {
  const noted = await caches.match("/who", { cacheName: WHO });
  return noted ? noted.text() : "";
}

async function setWho(operator) {
  await (await caches.open(WHO)).put("/who", new Response(operator));
  const names = await caches.keys();
  const theirs = names.filter((name) => name.startsWith(PAGES) || name.startsWith(PICTURES));
  await Promise.all(theirs.map((name) => caches.delete(name)));
  if (!operator) return;
  const shell = await caches.open(SHELL_CACHE);
  await shell.add(new Request(NOWHERE, { cache: "reload" })).catch(() => {}); // in their language
}

async function keptPage(pathname) {
  const operator = await who();
  return operator ? caches.match(pathname, { cacheName: PAGES + operator }) : undefined;
}

/** The page learns that it was kept: it shows that it is offline, and asks for a fresh one. */
async function asKept(response) {
  if (!response) return Response.error();
  const html = (await response.text()).replace("<body ", '<body data-kept="yes" ');
  const headers = new Headers(response.headers);
  return new Response(html, { status: 200, headers });
}

async function file(event) {
  const { request } = event;
  const kept = await caches.match(request, { cacheName: SHELL_CACHE });
  if (kept && serverVersion === SHELL.version) return kept;
  try {
    const fresh = await fetch(request);
    if (fresh.status === 200 && serverVersion === SHELL.version) {
      const copy = fresh.clone();
      event.waitUntil(caches.open(SHELL_CACHE).then((shell) => shell.put(request, copy)));
    }
    return fresh;
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}

/** An item's picture on a task's page: from the network; where that says nothing in time, as it was kept. */
async function picture(event) {
  const [client, operator] = await Promise.all([self.clients.get(event.clientId), who()]);
  if (!operator || !client || !TASK_PAGE.test(new URL(client.url).pathname)) return fetch(event.request);
  const name = PICTURES + operator;
  const { url } = event.request;
  const fresh = fetch(event.request).then((response) => {
    if (NO_SERVER.has(response.status)) throw new Error("not the server");
    if (response.status === 200 && response.type === "basic") event.waitUntil(keepPicture(name, url, response.clone()));
    return response;
  });
  const kept = await caches.match(url, { cacheName: name });
  if (!kept) return fresh;
  event.waitUntil(fresh.catch(() => {}));
  return inTime(fresh).catch(() => kept);
}

/** The newest stands last; the oldest go until the rest is within the bound. */
function keepPicture(name, url, response) {
  keeping = keeping
    .then(async () => {
      const body = await response.blob();
      if (!body.type.startsWith("image/") || body.size > MOST_BYTES / 8 || name !== PICTURES + (await who())) return;
      const pictures = await caches.open(name);
      await pictures.delete(url);
      await pictures.put(url, new Response(body, { headers: { "Content-Type": body.type, "X-Bytes": body.size } }));
      const all = await pictures.keys();
      const sizes = await Promise.all(all.map(async (one) => Number((await pictures.match(one)).headers.get("X-Bytes"))));
      let bytes = sizes.reduce((sum, size) => sum + size, 0);
      for (let n = 0; all.length - n > MOST_PICTURES || bytes > MOST_BYTES; n += 1) {
        await pictures.delete(all[n]);
        bytes -= sizes[n];
      }
    })
    .catch(() => {}); // a disk that is full: the page goes on without the picture
  return keeping;
}
