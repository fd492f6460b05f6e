/* The search dialog. It is fetched, with all that search needs, when a reader first asks for it:
   courseSearch() opens it. docs/theme/partials/search.html has the button and the words. */
var courseSearch = (() => {
  const LIMIT = 30;
  const button = document.querySelector(".course-search");
  const { root, home, ...words } = button.dataset;

  const element = (tag, attributes, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  };
  const fetched = (tag, attributes) =>
    new Promise((done, failed) => {
      const made = element(tag, attributes);
      made.async = false; // scripts run in their order
      made.onload = done;
      made.onerror = failed;
      document.head.append(made);
    });

  const input = element("input", {
    type: "text",
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-controls": "course-found",
    "aria-expanded": "false",
    "aria-label": button.getAttribute("aria-label"),
    placeholder: words.hint,
    autocapitalize: "off",
    autocomplete: "off",
    enterkeyhint: "go",
    spellcheck: "false",
  });
  const close = element("button", { type: "button", class: "course-search-close" }, words.close);
  const status = element("p", { role: "status" });
  const list = element("div", { id: "course-found", role: "listbox", "aria-label": words.results });
  const dialog = element(
    "dialog",
    { class: "course-search-dialog", "aria-label": button.getAttribute("aria-label") },
    element("div", { class: "course-search-field" }, input, close),
    status,
    list,
  );
  list.hidden = true;
  document.body.append(dialog);

  let finder;
  let failed = false;
  const ready = Promise.all(
    [
      `${root}assets/search/marks.js`,
      `${root}assets/search/minisearch.js`,
      `${root}assets/search/finder.js`,
      `${home}search/index.js`,
    ].map((src) => fetched("script", { src })),
  );
  ready
    .then(() => courseFinder(MiniSearch, courseIndex))
    .then(
      (made) => {
        finder = made;
      },
      () => {
        failed = true;
      },
    )
    .then(show);

  /* Some of a text around the place where most of the words are. */
  function snippet({ text, words }) {
    const wide = 160;
    const starts = courseMarks.places(text, words).map(([begin]) => begin);
    const within = (start) => starts.filter((other) => other >= start && other < start + wide - 40);
    const best = starts.reduce(
      (one, other) => (within(other).length > within(one).length ? other : one),
      starts[0] ?? 0,
    );
    const cut = best < 40 ? 0 : text.lastIndexOf(" ", best - 30) + 1;
    const begin = Math.max(cut, best - 60, 0);
    const end = begin + wide < text.length ? "…" : "";
    return courseMarks.marked((begin ? "…" : "") + text.slice(begin, begin + wide) + end, words);
  }

  function option(found, number) {
    const [path, anchor] = found.url.split("#");
    const asked = new URLSearchParams({ h: found.words.join(" ") });
    const href = `${home}${path}?${asked}${anchor ? `#${anchor}` : ""}`;
    const where = found.page === found.title ? [] : [element("span", { class: "page" }, found.page)];
    return element(
      "a",
      { id: `course-found-${number}`, role: "option", href, tabindex: "-1", "aria-selected": "false" },
      element("span", { class: "title" }, ...courseMarks.marked(found.title, found.words)),
      " ",
      ...where,
      " ",
      element("span", { class: "text" }, ...snippet(found)),
    );
  }

  let chosen = -1;
  function choose(number) {
    list.children[chosen]?.setAttribute("aria-selected", "false");
    chosen = list.children.length ? (number + list.children.length) % list.children.length : -1;
    const now = list.children[chosen];
    now?.setAttribute("aria-selected", "true");
    now?.scrollIntoView({ block: "nearest" });
    if (now) input.setAttribute("aria-activedescendant", now.id);
    else input.removeAttribute("aria-activedescendant");
  }

  function said(count) {
    if (failed) return words.failed;
    if (!input.value.trim()) return "";
    if (!finder) return words.wait;
    return count > 1 ? words.other.replace("#", count) : count ? words.one : words.none;
  }

  function show() {
    const found = finder ? finder.find(input.value, LIMIT) : [];
    list.replaceChildren(...found.map(option));
    list.hidden = !found.length;
    list.scrollTop = 0;
    input.setAttribute("aria-expanded", String(found.length > 0));
    status.textContent = said(found.length);
    choose(0);
  }

  input.addEventListener("input", show);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return; // Enter ends a Chinese word
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) choose(chosen + step);
    else if (event.key === "Enter") list.children[chosen]?.click();
    else return;
    event.preventDefault();
  });
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[role=option]")) dialog.close();
  });

  const styled = fetched("link", { rel: "stylesheet", href: `${root}assets/search/search.css` });
  return () =>
    styled.finally(() => {
      if (!dialog.open) dialog.showModal();
      input.focus();
      input.select();
    });
})();
courseSearch();
