/* On narrow screens the menu is labels over hidden boxes, which the keyboard does not reach. */
(() => {
  "use strict";

  const words = courseWords; // docs/theme/main.html

  /* What opens the drawer becomes a button. */
  const drawer = document.querySelector("#__drawer");
  const label = document.querySelector(".md-header [for=__drawer]");
  const menu = document.createElement("button");
  for (const { name, value } of label.attributes) menu.setAttribute(name, value);
  menu.type = "button";
  menu.setAttribute("aria-label", words.menu);
  menu.setAttribute("aria-expanded", drawer.checked);
  menu.append(...label.children);
  label.replaceWith(menu);

  const sidebar = document.querySelector(".md-sidebar--primary");
  const seen = (e) => e.checkVisibility() && getComputedStyle(e).visibility === "visible";
  const still = { preventScroll: true }; // or browsers scroll to where a panel is on its way
  const focusFirst = (all) => [...all].find(seen)?.focus(still);

  drawer.addEventListener("change", () => menu.setAttribute("aria-expanded", drawer.checked));
  menu.addEventListener("click", (event) => {
    drawer.click();
    const byKeyboard = event.detail === 0;
    if (drawer.checked && byKeyboard) focusFirst(sidebar.querySelectorAll("[tabindex='0'], a"));
  });
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !drawer.checked) return;
    drawer.click();
    menu.focus();
  });

  /* It covers the page: nobody is led to what is under it. */
  addEventListener("focusin", ({ target }) => {
    if (drawer.checked && target !== menu && !sidebar.contains(target)) drawer.click();
  });

  /* In a label that opens a panel of the drawer its words are the button, in the label that leads
     back its arrow. Wide screens have no panels. */
  const wide = matchMedia("(min-width: 76.25em)");
  const nav = "[for]:not([for=__drawer])";
  const buttons = [
    ...sidebar.querySelectorAll(`label.md-nav__link${nav} > .md-ellipsis, label.md-nav__title${nav} > .md-nav__icon`),
  ];
  const boxOf = (button) => document.getElementById(button.parentElement.htmlFor);
  const leadsBack = (button) => button.matches(".md-nav__icon");
  const setUp = () => {
    for (const button of buttons) {
      if (wide.matches) {
        for (const name of ["role", "tabindex", "aria-label", "aria-expanded"]) button.removeAttribute(name);
        continue;
      }
      button.setAttribute("role", "button");
      button.tabIndex = 0;
      if (leadsBack(button)) {
        button.setAttribute("aria-label", `${words.back}: ${button.parentElement.textContent.trim()}`);
      } else {
        button.setAttribute("aria-expanded", boxOf(button).checked);
      }
    }
  };
  setUp();
  wide.addEventListener("change", setUp);

  for (const button of buttons) {
    button.addEventListener("keydown", (event) => {
      if (wide.matches || !["Enter", " "].includes(event.key)) return;
      event.preventDefault();
      const box = boxOf(button);
      box.click();
      focusFirst(buttons.filter((other) => other !== button && boxOf(other) === box));
    });
    boxOf(button).addEventListener("change", setUp);
  }
})();
