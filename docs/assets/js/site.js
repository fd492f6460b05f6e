/* What a lesson page can do with a script. Without it everything can still be read. */
(() => {
  "use strict";

  const words = courseWords; // docs/theme/main.html

  /* Which colours: partials/colours.html puts the choice into effect, also on the next page. */
  const colours = document.querySelector(".course-colours");
  const name = () => {
    const now = document.documentElement.dataset.colours;
    colours.title = colours.querySelector(`[data-state=${now}]`).dataset.name;
    colours.setAttribute("aria-label", colours.title);
  };
  colours?.addEventListener("click", () => {
    const after = { auto: "light", light: "dark", dark: "auto" };
    const next = after[document.documentElement.dataset.colours];
    courseColours(next);
    __md_set("__colours", next);
    name();
  });
  if (colours) name(); // another theme chooses colours in its own way

  /* The other language opens where the reader is: both have the same ids. */
  const language = document.querySelector(".course-language");
  const place = () => {
    const places = document.querySelectorAll("article :is(h2, h3, h4, dt, .lesson-code)[id]");
    const above = [...places].filter((e) => e.checkVisibility() && e.getBoundingClientRect().top < 150);
    language.hash = scrollY && above.length ? above.at(-1).id : "";
  };
  for (const type of ["click", "auxclick", "contextmenu"]) language?.addEventListener(type, place);

  /* What happened, said to screen readers. */
  const status = document.createElement("div");
  status.className = "course-status";
  status.setAttribute("role", "status");
  document.body.append(status);

  /* Material's own note after copying one block is shown, but not said. */
  document.querySelector(".md-dialog__inner")?.setAttribute("role", "status");

  /* The page's code, in reading order; a blank line between blocks. */
  const lessonCode = () =>
    Array.from(document.querySelectorAll(".lesson-code code"), (code) =>
      code.textContent.replace(/\n+$/, ""),
    ).join("\n\n") + "\n";

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      /* Not allowed, or a page from http or a folder, where there is no navigator.clipboard. */
      const area = document.createElement("textarea");
      area.value = text;
      area.className = "course-status";
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      if (!done) throw new Error("refused");
    }
  }

  for (const button of document.querySelectorAll(".lesson-copy")) {
    const label = button.textContent;
    let timer;
    button.addEventListener("click", async () => {
      const said = await copy(lessonCode()).then(
        () => words.copied,
        () => words.failed,
      );
      button.focus();
      button.textContent = said;
      status.textContent = said;
      clearTimeout(timer);
      timer = setTimeout(() => {
        button.textContent = label;
        status.textContent = "";
      }, 3000);
    });
  }

  /* Code can be hidden, on this page and the next ones; who follows a link to it wants it shown. */
  const { dataset } = document.documentElement;
  const hide = document.querySelector(".lesson-hide");
  const setCode = (state) => {
    dataset.code = state;
    hide?.setAttribute("aria-pressed", state === "hidden");
  };
  const choose = (state) => {
    setCode(state);
    __md_set("__code", state);
  };
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (dataset.code !== "hidden" || !target || target.checkVisibility()) return;
    choose("shown");
    target.scrollIntoView();
  };
  if (hide) {
    setCode(dataset.code);
    hide.addEventListener("click", () => choose(dataset.code === "hidden" ? "shown" : "hidden"));
    addEventListener("hashchange", reveal);
    reveal();
  }

  /* Who cites a page says when it was read, and where. */
  for (const place of document.querySelectorAll("[data-cite=today]"))
    place.textContent = new Date().toLocaleDateString("sv"); // 2026-01-31
  for (const place of document.querySelectorAll("[data-cite=address]"))
    place.textContent ||= location.href.split("#")[0];

  /* A finger has no hover: the first tap on a term tells what it means, the second leads there. */
  const finger = matchMedia("(hover: none)");
  addEventListener("click", (event) => {
    const term = event.target.closest("a.term[title]");
    const again = term?.classList.contains("told");
    document.querySelector("a.told")?.classList.remove("told");
    if (!term || again || !finger.matches) return;
    event.preventDefault();
    term.classList.add("told");
    status.textContent = term.title;
  });

  /* The menu with the rest of what can be done with a page. */
  const more = document.querySelector(".lesson-more");
  addEventListener("click", ({ target }) => {
    if (more?.open && !target.closest(".lesson-more > summary, .lesson-copy")) more.open = false;
  });
  more?.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !more.open) return;
    more.open = false;
    more.querySelector("summary").focus();
  });

  /* Paper shows figures in light colours, wherever they are, and leaves folds as they are: Material
     would open them all. */
  const figures = () => [...document.querySelectorAll("article img.light-only")];
  const paper = (event) => {
    event.stopImmediatePropagation();
    for (const image of figures()) image.loading = "eager";
  };
  addEventListener("beforeprint", paper, { capture: true });
  async function printed(state) {
    const before = dataset.code;
    setCode(state);
    addEventListener("afterprint", () => setCode(before), { once: true });
    for (const image of figures()) image.loading = "eager";
    await Promise.allSettled(figures().map((image) => image.decode()));
    print();
  }
  more?.querySelector(".lesson-print").addEventListener("click", () => printed(dataset.code));
  more?.querySelector(".lesson-plain").addEventListener("click", () => printed("hidden"));

  /* Code in a fold gets its colours when the fold opens: until then it has no elements to style.
     "k0,3 s7,12" is a keyword of 3 characters at once and, 7 later, a string of 12. */
  function colour(code, runs) {
    const text = code.textContent;
    const parts = [];
    let at = 0;
    for (const [, name, skip, length] of runs.matchAll(/([a-z]+)(\d+),(\d+)/g)) {
      const span = document.createElement("span");
      const start = at + Number(skip);
      span.className = name;
      span.textContent = text.slice(start, start + Number(length));
      parts.push(text.slice(at, start), span);
      at = start + Number(length);
    }
    code.replaceChildren(...parts, text.slice(at));
  }

  const open = ({ target }) => {
    if (!target.open) return;
    for (const block of target.querySelectorAll("[data-colours]")) {
      colour(block.querySelector("code"), block.dataset.colours);
      delete block.dataset.colours;
    }
  };
  addEventListener("toggle", open, { capture: true });
  for (const target of document.querySelectorAll("details[open]")) open({ target });

  /* A live figure is fetched when it is near the screen; without it the still one stays. */
  const core = new URL("../figures/core.js", document.currentScript.src).href;
  const near = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (!isIntersecting) continue;
        near.unobserve(target);
        import(core).then(({ start }) => start(target));
      }
    },
    { rootMargin: "60%" },
  );
  for (const figure of document.querySelectorAll("[data-live]")) near.observe(figure);

  /* A block with the code of the page that it needs. "import math;import torch|0-33 40-52|96 whole"
     are imports, lines [begin, end) of the page's code, and how many lines that makes. */
  function needed(block) {
    const [imports, ranges] = block.dataset.needs.split("|");
    const all = lessonCode().split("\n");
    const kept = [...ranges.matchAll(/(\d+)-(\d+)/g)].flatMap(([, a, b]) => all.slice(a, b));
    const parts = [imports.replaceAll(";", "\n"), kept.join("\n").replace(/^\n+|\n+$/g, "")];
    return parts.filter(Boolean).join("\n\n") + "\n";
  }

  function needsButton(block) {
    const [count, whole] = block.dataset.needs.split("|")[2].split(" ");
    const button = document.createElement("button");
    button.className = "md-code__button";
    button.type = "button";
    button.dataset.mdType = "needs";
    button.title = words.needs + (whole ? words.whole : "") + words.lines.replace("#", count);
    button.setAttribute("aria-label", words.needs);
    button.addEventListener("click", async () => {
      const said = await copy(needed(block)).then(
        () => words.copied + words.lines.replace("#", count),
        () => words.failed,
      );
      button.focus();
      tell(said);
    });
    return button;
  }

  /* In Material's own note, which is said as well. */
  let told;
  function tell(text) {
    const dialog = document.querySelector(".md-dialog");
    dialog.querySelector(".md-dialog__inner").textContent = text;
    dialog.classList.add("md-dialog--active");
    clearTimeout(told);
    told = setTimeout(() => dialog.classList.remove("md-dialog--active"), 2000);
  }

  /* Material gives a block of code its button once it is on screen. The buttons are all that the
     nav around them holds: not a landmark of the page. */
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes)
      for (const node of addedNodes)
        if (node.className === "md-code__nav") {
          node.setAttribute("role", "none");
          const block = node.closest("[data-needs]");
          if (block) node.append(needsButton(block));
        }
  }).observe(document.querySelector("article"), { childList: true, subtree: true });

  /* Material takes blocks that do not scroll from the keyboard once they are on screen: not while one
     has the focus, which would be lost. */
  let reached;
  addEventListener("focusin", ({ target }) => {
    reached = target.matches("pre > code[tabindex]") ? target : null;
  });
  addEventListener("focusout", ({ target }) => {
    if (target !== reached || target.hasAttribute("tabindex")) return;
    target.tabIndex = 0;
    queueMicrotask(() => target.focus({ preventScroll: true }));
  });

  /* What the style sheet leaves for when it is near the screen is laid out a little at a time while
     nobody waits, and all that is left when a reader begins to scroll: then nothing moves later. */
  const parts = ".md-content__inner > :is(p, ul, ol, figure, .arithmatex)";
  const waiting = [...document.querySelectorAll(parts)];
  const layOut = (some) => {
    for (const part of waiting.splice(0, some)) part.style.contentVisibility = "visible";
  };
  const idle = window.requestIdleCallback ?? ((work) => setTimeout(work, 20));
  const next = () => {
    const begun = performance.now();
    do {
      layOut(1);
      document.body.offsetHeight; // asks for it at once
    } while (waiting.length && performance.now() - begun < 4);
    if (waiting.length) requestAnimationFrame(() => idle(next));
  };
  addEventListener("load", () => idle(next));
  addEventListener("scroll", () => layOut(waiting.length), { once: true, passive: true });
})();
