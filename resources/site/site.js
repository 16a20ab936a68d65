"use strict";
(() => {
  /** Return the progress in a lesson: the steps that are done, and whether the first answers to questions were right. */
  function progressOf(lesson) {
    try {
      return { done: [], first: {}, ...JSON.parse(localStorage.getItem(`flowviz:lesson:${lesson}`)) };
    } catch {
      return { done: [], first: {} }; // a browser that stores nothing
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
    const show = () => {
      for (const step of page.querySelectorAll(".step")) step.classList.toggle("is-done", progress.done.includes(step.id));
      page.querySelector(".progress").textContent = wordsOf(progress, count);
      forget.hidden = !progress.done.length;
    };
    const take = (changes) => {
      Object.assign(progress, changes);
      show();
      try {
        localStorage.setItem(`flowviz:lesson:${lesson}`, JSON.stringify(progress));
      } catch {
        // then it is kept until the page is closed
      }
    };
    page.addEventListener("toggle", ({ target }) => {
      const step = target.closest(".step")?.id, { done, first } = progress;
      if (!target.open || !target.matches(".done, .prediction > details")) return;
      const answer = target.matches(".done") ? {} : { [step]: target.matches(".right") };
      take({ done: [...new Set([...done, step])], first: { ...answer, ...first } });
    }, true);
    forget.addEventListener("click", () => take({ done: [], first: {} }));
    show();
  }

  /** Put an interactive figure in place of its picture. */
  function open(place) {
    if (place.querySelector("iframe")) return;
    const frame = Object.assign(document.createElement("iframe"), { src: place.dataset.address, title: place.dataset.title });
    frame.addEventListener("load", () => {
      const body = frame.contentDocument?.body;
      if (body) new ResizeObserver(() => (frame.style.height = place.style.minHeight = `${body.scrollHeight}px`)).observe(body);
      place.classList.add("live");
    });
    place.append(frame);
  }

  function close(place) {
    place.querySelector("iframe")?.remove();
    place.classList.remove("live");
  }

  /** Show the entries that contain all words, those with the words in their titles first. */
  function find(entries, text) {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean), has = (where, word) => where.toLowerCase().includes(word);
    const found = entries.filter((each) => words.length && words.every((word) => has(`${each.title} ${each.text}`, word)));
    const rank = (each) => words.filter((word) => has(each.title, word)).length;
    const shown = found.sort((one, other) => rank(other) - rank(one)).slice(0, 40).map((each) => {
      const [item, link, excerpt] = ["li", "a", "p"].map((name) => document.createElement(name));
      const at = Math.max(each.text.toLowerCase().indexOf(words[0]) - 60, 0);
      Object.assign(link, { href: each.address, textContent: each.title });
      excerpt.textContent = `${at ? "… " : ""}${each.text.slice(at, at + 180)}`;
      item.append(link, excerpt);
      return item;
    });
    document.getElementById("results").replaceChildren(...shown);
    document.getElementById("count").textContent = words.length ? `${found.length} places` : "";
  }

  for (const page of document.querySelectorAll("article[data-lesson]")) follow(page);
  for (const each of document.querySelectorAll("span[data-lesson]")) {
    each.textContent = wordsOf(progressOf(each.dataset.lesson), each.dataset.count);
  }
  const near = new IntersectionObserver( // browsers limit the number of WebGL contexts
    (entries) => entries.forEach(({ target, isIntersecting }) => (isIntersecting ? open(target) : close(target))),
    { rootMargin: "100% 0px" },
  );
  for (const each of document.querySelectorAll(".live-figure")) near.observe(each);
  const search = document.getElementById("search");
  search?.addEventListener("focus", async () => {
    const entries = await (await fetch("shared/search.json")).json();
    search.addEventListener("input", () => find(entries, search.value));
    find(entries, search.value);
  }, { once: true });
})();
