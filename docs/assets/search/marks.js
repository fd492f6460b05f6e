/* Marks the words of a search: in its results, and on the page to which one of them led. */
var courseMarks = (() => {
  /* Where words stand in a text: [begin, end) in order, those that meet joined. A Latin word is
     whole, in one number or the other; words of Chinese are pairs of letters, which overlap. */
  const places = (text, words) => {
    const found = words.flatMap((word) => {
      const safe = word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
      const latin = /^[\p{Script=Latin}\p{N}_]/u.test(word);
      const edges = latin ? `(?<![\\p{L}\\p{N}_])${safe}(?:e?s)?(?![\\p{L}\\p{N}])` : safe;
      const all = text.matchAll(new RegExp(edges, "giu"));
      return Array.from(all, (match) => [match.index, match.index + match[0].length]);
    });
    const joined = [];
    for (const [begin, end] of found.sort(([a], [b]) => a - b)) {
      if (joined.length && begin <= joined.at(-1)[1]) joined.at(-1)[1] = Math.max(end, joined.at(-1)[1]);
      else joined.push([begin, end]);
    }
    return joined;
  };

  /* A text as nodes, its words in elements of <mark>. */
  const marked = (text, words) => {
    const nodes = [];
    let at = 0;
    for (const [begin, end] of places(text, words)) {
      const mark = document.createElement("mark");
      mark.textContent = text.slice(begin, end);
      nodes.push(text.slice(at, begin), mark);
      at = end;
    }
    return [...nodes, text.slice(at)];
  };

  const words = new URLSearchParams(location.search).get("h")?.split(" ").filter(Boolean) ?? [];
  const texts = document.createTreeWalker(document.querySelector("article"), NodeFilter.SHOW_TEXT);
  const wanted = [];
  while (words.length && texts.nextNode()) {
    const apart = texts.currentNode.parentElement.closest("script, style, button, .katex, pre");
    if (!apart && places(texts.currentNode.data, words).length) wanted.push(texts.currentNode);
  }
  for (const node of wanted) node.replaceWith(...marked(node.data, words));

  return { places, marked };
})();
