/* Finds sections of the course: by words in any order and script, mistyped, or by another name of
   a term. courseFinder(MiniSearch, index) makes the index of what search/index.js holds, a few
   sections at a time so that typing goes on; its find(query, limit) gives the best sections. */
var courseFinder = async (MiniSearch, { terms, pages }) => {
  const WORDS = /[\p{Script=Latin}\p{N}_]+(?:\.[\p{Script=Latin}\p{N}_]+)*|\p{Script=Han}+|\p{L}+/gu;
  const HAN = /^\p{Script=Han}/u;

  const MARKED = 12; // words at most: those that a begin such as "st" stands for are many

  /* Words of a question that tell nothing. */
  const EMPTY = new Set(
    (
      "a an and are as at be but by can could do does for from has have how i if in into is it its " +
      "me my not of on or so than that the their then there they this to was what when where which " +
      "who why will with you your"
    ).split(" "),
  );
  const EMPTY_HAN = new RegExp(
    "为什么|是什么|什么是|什么|怎么样|怎么|怎样|如何|哪个|哪些|哪种|多少|为何|是不是|有没有|没有|" +
      "可以|[的吗呢吧啊么]|^[和与跟或及在把被让是用了]$",
    "gu",
  );

  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").replace(/['’]s\b/gu, "");
  const split = (text) => Array.from(plain(text).matchAll(WORDS), ([word]) => word);

  /* One letter more or less: gradients is gradient. */
  const stem = (word) =>
    /[a-z]{3}s$/.test(word) && !/(?:[iu]s|ss)$/.test(word) ? word.slice(0, -1) : word;

  /* torch.nn.CrossEntropyLoss is also torch, nn, cross, entropy, loss; zero_grad also zero, grad. */
  const CUTS = /[_.]+|(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/u;
  const latin = (word) => {
    const whole = word.replace(/^[_.]+|[_.]+$/g, "");
    const all = [whole, ...whole.split("."), ...whole.split(CUTS)];
    return [...new Set(all.map((part) => stem(part.toLowerCase())))].filter(Boolean);
  };

  /* Chinese is cut into pairs of letters, so that no dictionary decides what a word is: 梯度消失 is
     梯度 度消 消失, and, in a page, the last letter alone. */
  const pairs = (run) => {
    const letters = Array.from(run);
    return letters.map((letter, at) => letter + (letters[at + 1] ?? ""));
  };

  const known = new Map(); // in how many texts a word is
  const read = (text) => {
    const found = split(text).flatMap((word) => (HAN.test(word) ? pairs(word) : latin(word)));
    for (const word of new Set(found)) known.set(word, (known.get(word) ?? 0) + 1);
    return found;
  };

  /* Names of the glossary's terms that a text has in it, whatever letters and spaces it uses. */
  const spaced = (text) => ` ${split(text.toLowerCase()).join(" ")} `;
  const key = (name) => (HAN.test(name) ? spaced(name).trim() : spaced(name));
  const keys = Object.entries(terms).map(([url, names]) => ({ url, names, keys: names.map(key) }));
  const named = (text) => {
    const inside = spaced(text);
    return keys.filter((term) => term.keys.some((name) => inside.includes(name)));
  };

  const section = (page, address, weight, [anchor, title, text, code]) => {
    const url = anchor ? `${address}#${anchor}` : address;
    const names = (terms[url] ?? []).filter((name) => !spaced(title).includes(spaced(name)));
    return { url, page, title: title || page, names: names.join(" "), text, code, weight };
  };
  const sections = pages.flatMap(([address, parts, weight]) =>
    parts.map((part) => section(parts[0][1], address, weight, part)),
  );
  const place = new Map(sections.map(({ url }, id) => [url, id]));
  const index = new MiniSearch({
    fields: ["title", "names", "page", "text", "code"],
    tokenize: read,
    processTerm: (word) => word,
    searchOptions: {
      boost: { title: 3, names: 2, page: 0.5, text: 1, code: 0.3 },
      bm25: { k: 1.2, b: 0.5, d: 0.5 },
      boostDocument: (id) => sections[id].weight,
      tokenize: (words) => words.split(" "),
      processTerm: (word) => word,
    },
  });
  await index.addAllAsync(sections.map((section, id) => ({ id, ...section })), { chunkSize: 20 });

  /* A word of no page is mistyped, unless it is the begin of one: try the same with two letters
     exchanged, or with the space that is missing; else MiniSearch tries those that differ little. */
  const begins = (word) => [...known.keys()].some((other) => other.startsWith(word));
  const right = (word) => HAN.test(word) || known.has(word) || begins(word);
  const mended = (word) => {
    if (right(word)) return [word];
    for (let at = 1; at < word.length; at += 1) {
      const [head, tail] = [word.slice(0, at), word.slice(at)];
      const exchanged = head.slice(0, -1) + tail[0] + head.at(-1) + tail.slice(1);
      if (known.has(exchanged)) return [exchanged];
      if (at > 2 && tail.length > 2 && known.has(head) && known.has(tail)) return [head, tail];
    }
    return [word];
  };
  const begun = (word) => word.length > 1 || HAN.test(word);
  const fuzzy = (word) => (right(word) || word.length < 4 ? false : word.length < 6 ? 1 : 2);

  /* A pair of letters is half a word, and what few sections say tells more. */
  const size = (word) => (HAN.test(word) ? 0.5 : 1);
  const length = (words) => words.reduce((sum, word) => sum + size(word), 0);
  const weight = (word) => size(word) * Math.log(1 + sections.length / (known.get(word) ?? 1));

  const asked = (query) => {
    const words = split(query).flatMap((word) => {
      if (!HAN.test(word)) return EMPTY.has(word.toLowerCase()) ? [] : latin(word).flatMap(mended);
      const runs = word.replace(EMPTY_HAN, " ").split(" ").filter(Boolean);
      return runs.flatMap((run) => pairs(run).slice(0, Math.max(1, run.length - 1)));
    });
    return [...new Set(words)];
  };

  /* The best sections, {url, page, title, text, words}, where `words` are those of it that count.
     A term that the query names is among them, the more of the query its name is; and a little of
     what the other names of it find. */
  const find = (query, limit) => {
    const words = asked(query);
    const scores = new Map();
    const add = (wanted, options, share) => {
      for (const found of index.search(wanted.join(" "), options)) {
        const so = scores.get(found.id) ?? { score: 0, words: [] };
        const score = so.score + share * found.score;
        scores.set(found.id, { score, words: [...so.words, ...found.terms] });
      }
    };
    add(words, { prefix: begun, fuzzy, boostTerm: weight }, 1);
    const top = Math.max(0, ...Array.from(scores.values(), ({ score }) => score));
    for (const { url, names } of named([query, ...words].join(" "))) {
      const parts = names.map(asked);
      for (const name of parts) add(name, { combineWith: "AND" }, 0.1);
      const said = parts.filter((name) => name.every((word) => words.includes(word)));
      const entry = scores.get(place.get(url));
      const share = Math.max(0, ...said.map(length)) / length(words);
      if (entry) entry.score += 0.7 * top * share;
    }
    const best = [...scores].sort(([a, one], [b, other]) => other.score - one.score || a - b);
    const good = best.filter(([, { score }]) => score > 0.05 * best[0][1].score);
    return good
      .slice(0, limit)
      .map(([id, { words }]) => ({ ...sections[id], words: [...new Set(words)].slice(0, MARKED) }));
  };
  return { find };
};
