// Starts the passkey forms of django-allauth from the JSON beside them, and says it when the browser gave none.
(() => {
  "use strict";
  for (const script of document.querySelectorAll("script[data-allauth-onload]")) {
    const start = script.dataset.allauthOnload.split(".").reduce((part, name) => part && part[name], window);
    if (start) start(JSON.parse(script.textContent));
  }
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault(); // a person who pressed "cancel" is no fault for the console
    const trouble = document.getElementById("passkey_trouble");
    if (trouble) trouble.hidden = false;
  });
})();
