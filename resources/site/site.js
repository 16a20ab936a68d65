// The progress in lessons, which the browser keeps; interactive figures in place of their pictures; and the search.
/** Return the steps of a lesson that are done, and whether the first answers to its questions were right. */
function progressOf(lesson) {
  try {
    return { done: [], first: {}, ...JSON.parse(localStorage.getItem(`flowviz:${lesson}`)) };
  } catch {
    return { done: [], first: {} }; // of a browser that stores nothing
  }
}

function wordsOf({ done, first }, count) {
  const answers = Object.values(first), right = `${answers.filter(Boolean).length} of ${answers.length} predictions right at the first try`;
  return done.length ? `· ${done.length} of ${count} steps done${answers.length ? `, ${right}` : ""}` : "";
}

for (const each of document.querySelectorAll(".progress")) {
  each.textContent = wordsOf(progressOf(each.dataset.lesson), each.dataset.count);
}
for (const page of document.querySelectorAll("article[data-lesson]")) {
  const { lesson, count } = page.dataset, progress = progressOf(lesson);
  const take = (changes) => {
    Object.assign(progress, changes);
    for (const step of page.querySelectorAll(".step")) step.classList.toggle("is-done", progress.done.includes(step.id));
    page.querySelector(".progress").textContent = wordsOf(progress, count);
    localStorage.setItem(`flowviz:${lesson}`, JSON.stringify(progress)); // last, as some browsers refuse
  };
  page.addEventListener("toggle", ({ target }) => {
    if (!target.open || !target.matches(".done, .prediction > details")) return;
    const step = target.closest(".step").id, answer = target.matches(".done") ? {} : { [step]: target.matches(".right") };
    take({ done: [...new Set([...progress.done, step])], first: { ...answer, ...progress.first } });
  }, true);
  page.querySelector(".forget").addEventListener("click", () => take({ done: [], first: {} }));
  if (progress.done.length) take({});
}
for (const place of document.querySelectorAll(".live-figure")) {
  const frame = Object.assign(document.createElement("iframe"), { loading: "lazy", src: place.dataset.address, title: place.dataset.title });
  const resized = new ResizeObserver(([{ target }]) => (frame.style.height = `${target.scrollHeight}px`));
  frame.addEventListener("load", () => {
    resized.observe(frame.contentDocument.body);
    place.classList.add("live");
  });
  place.append(frame);
}
document.getElementById("search")?.addEventListener("input", ({ target }) => {
  const has = (each, word) => each.textContent.toLowerCase().includes(word), words = target.value.toLowerCase().split(/\s+/);
  for (const each of document.querySelectorAll("#results > li")) each.hidden = !words.every((word) => has(each, word));
});
