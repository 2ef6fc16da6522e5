// What htmx leaves to us: a failure is said, the focus is not lost, a board does not move under somebody's hands.
(() => {
  const said = () => document.getElementById("said");
  const isBoard = (element) => element.hasAttribute("data-board");
  const WALK = 30_000; // milliseconds after a key: so long somebody may be on their way through a board by Tab
  const isInUse = (board) =>
    board.querySelector("details[open], :is(input, select, textarea):focus") ||
    (board.querySelector(":focus-visible") && Date.now() - lastKey < WALK);
  let lastKey = 0;
  let hadFocus = "";

  document.addEventListener("keydown", () => { lastKey = Date.now(); }, true);

  document.addEventListener("htmx:beforeRequest", (event) => {
    const { elt, target } = event.detail;
    if (!isBoard(elt)) said().replaceChildren();
    else if (document.hidden || isInUse(target)) event.preventDefault();
  });

  const fail = ({ detail }) => {
    if (!said()?.childElementCount && !isBoard(detail.elt)) said().textContent = said().dataset.wordsFailed;
  };
  document.addEventListener("htmx:sendError", fail);
  document.addEventListener("htmx:timeout", fail);
  document.addEventListener("htmx:afterOnLoad", (event) => event.detail.target === said() && fail(event));

  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    hadFocus = detail.target.contains(document.activeElement) ? detail.target.id : "";
  });
  document.addEventListener("htmx:afterSettle", () => {
    if (hadFocus && document.activeElement === document.body) {
      const part = document.getElementById(hadFocus);
      const place = document.getElementById("scan") ?? (part?.matches("[tabindex]") ? part : part?.querySelector("[tabindex]"));
      place?.focus({ preventScroll: true });
    }
    hadFocus = "";
  });
})();
