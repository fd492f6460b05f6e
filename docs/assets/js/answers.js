/* Self-checks remember which answer was opened first, on this device and nowhere else. Without a
   script, or where nothing may be kept, they open and close as ever. */
(() => {
  "use strict";

  const words = courseWords; // docs/theme/main.html
  const questions = [...document.querySelectorAll("details.question:has(> details.choice)")];
  const choices = (question) => [...question.querySelectorAll(":scope > details.choice")];
  const page = location.pathname;
  const all = () => __md_get("__answers") ?? {};
  const text = (element) => element.querySelector(":scope > summary").textContent.trim();

  /* A question is known by its text, an answer by its own: who changes one begins anew. */
  const name = new Map(questions.map((question) => [question, text(question)]));
  const answer = new Map(questions.flatMap(choices).map((choice) => [choice, text(choice)]));

  function tell(question) {
    const chosen = choices(question).find((one) => answer.get(one) === all()[page]?.[name.get(question)]);
    question.querySelector(".answered")?.remove();
    question.querySelector(".forget")?.remove();
    for (const choice of choices(question)) choice.classList.toggle("chosen", choice === chosen);
    if (!chosen) return;
    const mark = document.createElement("span");
    mark.className = "answered";
    mark.textContent = words.yours.replace("#", answer.get(chosen)[0]);
    question.querySelector(":scope > summary").append(mark);
    const forget = document.createElement("button");
    forget.type = "button";
    forget.className = "md-button forget";
    forget.textContent = words.forget;
    forget.addEventListener("click", () => {
      __md_set("__answers", { ...all(), [page]: undefined });
      questions.forEach(tell);
      for (const choice of questions.flatMap(choices)) choice.open = false;
      document.querySelector("body > .course-status").textContent = words.forgotten;
      question.querySelector(":scope > summary").focus();
    });
    question.append(forget);
  }

  try {
    questions.forEach(tell);
  } catch {
    return; // nothing may be kept
  }
  addEventListener("click", ({ target }) => {
    const choice = target.closest?.("details.choice > summary")?.parentElement;
    const question = choice?.parentElement;
    if (!name.has(question) || all()[page]?.[name.get(question)]) return;
    const answers = { ...all()[page], [name.get(question)]: answer.get(choice) };
    __md_set("__answers", { ...all(), [page]: answers });
    tell(question);
  });
})();
