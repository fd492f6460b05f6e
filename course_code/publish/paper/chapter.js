/* A page of the site as a chapter of a book: its article without what needs a screen, with ids of
   its own, and with links that stay in the book where they can. Called in the page, without scripts
   of the site: ({slug, slugs}) => {head, body, html, lang, title}; `slugs` are those of all chapters
   by their paths. */
({ slug, slugs }) => {
  const article = document.querySelector("article");
  const machinery = [
    ".lesson-fold, .lesson-buttons, .course-after, .headerlink, .lesson-figure.first, .live-note",
    ".live-words, .dark-only, script, button, .md-code__nav",
  ];
  for (const gone of article.querySelectorAll(machinery.join())) gone.remove();
  for (const fold of article.querySelectorAll("details")) fold.open = true;
  for (const image of article.querySelectorAll("img")) {
    image.setAttribute("src", image.src);
    image.loading = "eager";
  }

  const canonical = document.querySelector("link[rel=canonical]")?.href ?? "";
  const home = canonical.endsWith(location.pathname)
    ? canonical.slice(0, -location.pathname.length)
    : "";
  for (const link of article.querySelectorAll("a[href]")) {
    const { origin, pathname, hash } = new URL(link.getAttribute("href"), location.href);
    if (origin !== location.origin) continue;
    const chapter = slugs[pathname];
    const target = hash && decodeURIComponent(hash.slice(1));
    const gone = pathname === location.pathname && target && !document.getElementById(target);
    link.removeAttribute("download");
    if (chapter && !gone) link.setAttribute("href", `#${chapter}${target && `--${target}`}`);
    else if (home && !chapter) link.setAttribute("href", home + pathname + hash);
    else link.removeAttribute("href");
  }

  for (const name of ["aria-labelledby", "aria-describedby", "aria-details", "aria-controls"])
    for (const element of article.querySelectorAll(`[${name}]`)) element.removeAttribute(name);
  for (const element of article.querySelectorAll("[for]"))
    element.setAttribute("for", `${slug}--${element.getAttribute("for")}`);
  for (const element of article.querySelectorAll("[id]")) element.id = `${slug}--${element.id}`;
  article.id = slug;

  const sheets = [...document.querySelectorAll("head > link[rel=stylesheet], head > style")];
  for (const sheet of sheets) if (sheet.href) sheet.setAttribute("href", sheet.href);
  const { attributes } = document.body;
  return {
    head: sheets.map((sheet) => sheet.outerHTML).join("\n"),
    body: Object.fromEntries(Array.from(attributes, ({ name, value }) => [name, value])),
    html: article.outerHTML,
    lang: document.documentElement.lang,
    title: article.querySelector("h1")?.textContent.trim() ?? document.title,
  };
};
