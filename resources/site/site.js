"use strict";
(() => {
  /** Return the progress in a lesson: the steps that are done, and whether the first answers to questions were right. */
  function progressOf(lesson) {
    try {
      return { done: [], first: {}, ...JSON.parse(localStorage.getItem(`flowviz:${lesson}`)) };
    } catch {
      return { done: [], first: {} }; // of a browser that stores nothing
    }
  }

  function wordsOf({ done, first }, count) {
    const answers = Object.values(first), right = answers.filter(Boolean).length;
    const tries = answers.length ? `, ${right} of ${answers.length} predictions right at the first try` : "";
    return done.length ? `· ${done.length} of ${count} steps done${tries}` : "";
  }

  /** Follow the progress in a lesson: a step is done when its question is answered or its result is opened. */
  function follow(page) {
    const { lesson, count } = page.dataset, forget = page.querySelector(".forget"), progress = progressOf(lesson);
    const take = (changes) => {
      Object.assign(progress, changes);
      for (const step of page.querySelectorAll(".step")) step.classList.toggle("is-done", progress.done.includes(step.id));
      page.querySelector(".progress").textContent = wordsOf(progress, count);
      forget.hidden = !progress.done.length;
      try {
        localStorage.setItem(`flowviz:${lesson}`, JSON.stringify(progress));
      } catch {} // then it is kept until the page is closed
    };
    page.addEventListener("toggle", ({ target }) => {
      if (!target.open || !target.matches(".done, .prediction > details")) return;
      const step = target.closest(".step").id, answer = target.matches(".done") ? {} : { [step]: target.matches(".right") };
      take({ done: [...new Set([...progress.done, step])], first: { ...answer, ...progress.first } });
    }, true);
    forget.addEventListener("click", () => take({ done: [], first: {} }));
    take({});
  }

  /** Show an interactive figure in place of its picture, as high as it is, or the picture again. */
  function show(place, isNear) {
    const frame = place.querySelector("iframe") ?? document.createElement("iframe");
    if (!isNear) frame.remove();
    place.classList.toggle("live", isNear && place.classList.contains("live"));
    if (!isNear || frame.isConnected) return;
    Object.assign(frame, { src: place.dataset.address, title: place.dataset.title });
    frame.addEventListener("load", () => {
      const { body } = frame.contentDocument;
      new ResizeObserver(() => (frame.style.height = place.style.minHeight = `${body.scrollHeight}px`)).observe(body);
      place.classList.add("live");
    });
    place.append(frame);
  }

  /** Show the entries that contain all words, those with the words in their titles first. */
  function find(entries, words) {
    const has = (where, word) => where.toLowerCase().includes(word), rank = ({ title }) => words.filter((word) => has(title, word)).length;
    const found = entries.filter(({ title, text }) => words[0] && words.every((word) => has(`${title} ${text}`, word)));
    const shown = found.sort((one, other) => rank(other) - rank(one)).slice(0, 40).map(({ title, text, address }) => {
      const [item, link, excerpt] = ["li", "a", "p"].map((name) => document.createElement(name));
      Object.assign(link, { href: address, textContent: title });
      excerpt.textContent = `… ${text.slice(Math.max(text.toLowerCase().indexOf(words[0]) - 60, 0)).slice(0, 180)} …`;
      item.append(link, excerpt);
      return item;
    });
    document.getElementById("results").replaceChildren(...shown);
    document.getElementById("count").textContent = words[0] ? `${found.length} places` : "";
  }

  for (const page of document.querySelectorAll("article[data-lesson]")) follow(page);
  for (const each of document.querySelectorAll("span[data-lesson]")) {
    each.textContent = wordsOf(progressOf(each.dataset.lesson), each.dataset.count);
  }
  const showAll = (entries) => entries.forEach(({ target, isIntersecting }) => show(target, isIntersecting));
  const near = new IntersectionObserver(showAll, { rootMargin: "100% 0px" }); // browsers limit the number of WebGL contexts
  for (const each of document.querySelectorAll(".live-figure")) near.observe(each);
  const search = document.getElementById("search");
  search?.addEventListener("focus", async () => {
    const entries = await (await fetch("shared/search.json")).json(), look = () => find(entries, search.value.toLowerCase().split(/\s+/));
    search.addEventListener("input", look);
    look();
  }, { once: true });
})();
