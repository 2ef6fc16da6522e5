/** What is kept of a page for a dead spot (sw.js keeps the page itself; here, the last prompt that was shown on it). */

const PAGES = "trueshelf-pages-"; // + the operator's id; sw.js has the same word
const PAUSE = 3000; // milliseconds

/** The service worker gave this page out of its keeping: the server was not there. */
export const isKept = document.body.dataset.kept === "yes";

export function install() {
  const register = () => navigator.serviceWorker?.register("/sw.js").catch(() => {});
  if (document.readyState === "complete") register();
  else window.addEventListener("load", register);
}

/** The answer to a scan is the newest prompt: a reload in a dead spot begins there. */
export async function remember(operator, html) {
  if (!("caches" in globalThis) || !(await caches.has(PAGES + operator))) return;
  const pages = await caches.open(PAGES + operator);
  if (await pages.match(location.pathname)) await pages.put(`${location.pathname}?last`, new Response(html));
}

export async function recall(operator) {
  if (!isKept || !("caches" in globalThis)) return null;
  const last = await caches.match(`${location.pathname}?last`, { cacheName: PAGES + operator });
  return last ? last.text() : null;
}

/** The pages that can be opened without a network: [path]. */
export async function keptPages() {
  if (!("caches" in globalThis)) return [];
  const paths = new Set();
  for (const name of (await caches.keys()).filter((one) => one.startsWith(PAGES))) {
    for (const { url } of await (await caches.open(name)).keys()) paths.add(new URL(url).pathname);
  }
  return [...paths];
}

/** Asks again and again until `ask` says that the server was there. */
export async function untilBack(ask) {
  let isBack = false;
  while (!isBack) {
    await new Promise((resolve) => {
      setTimeout(resolve, PAUSE);
      window.addEventListener("online", resolve, { once: true });
    });
    isBack = await ask().catch(() => false);
  }
}
