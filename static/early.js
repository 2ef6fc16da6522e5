// Keys that arrive while the page is still loading are kept until capture.js takes them: a scan at that moment counts.
// A classic script in the head, because a module runs only when the whole page is there.
(() => {
  const kept = [];
  const keep = (event) => {
    if (event.target instanceof HTMLElement && event.target.matches("[data-typing], select, textarea")) return;
    kept.push(event);
    if (event.key === "Enter" || event.key === "Tab" || event.key.length === 1) event.preventDefault();
  };
  document.addEventListener("keydown", keep, true);
  window.earlyKeys = {
    take() {
      document.removeEventListener("keydown", keep, true);
      return kept.splice(0);
    },
  };
  // A page without a scan field has nobody to take them, and its buttons want their Enter.
  document.addEventListener("DOMContentLoaded", () => document.getElementById("scan") || window.earlyKeys.take());
})();
