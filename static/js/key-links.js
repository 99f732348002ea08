// Links and buttons that have a key: <a data-action="go.posts" data-keys="g p">. Several keys are
// separated by commas. The key does what a click does.

import { bind } from "./keys.js";

for (const { dataset } of document.querySelectorAll("[data-action][data-keys]")) {
  bind(document, [{
    action: dataset.action,
    keys: dataset.keys.split(",").map((keys) => keys.trim()),
    once: true,
    run() {
      const found = document.querySelector(`[data-keys][data-action="${dataset.action}"]`);
      found?.click();
      return Boolean(found);
    },
  }]);
}
