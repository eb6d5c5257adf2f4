'use strict';
// What every page does: two languages, the keyboard, links to what is closed or filtered away, paper.
const page = (() => {
  const root = document.documentElement;
  const byId = (id) => document.getElementById(id);
  const all = (selector, from = document) => Array.from(from.querySelectorAll(selector));
  const words = JSON.parse(byId('words').textContent);
  let language = root.lang.startsWith('zh') ? 'zh' : 'en';

  const remembered = () => {
    try { return localStorage.getItem('hiscomply.language'); } catch { return null; }
  };
  const remember = (value) => {
    try { localStorage.setItem('hiscomply.language', value); } catch { /* a file:// page may have no storage */ }
  };

  const speak = (chosen, doing) => {
    language = chosen;
    root.lang = chosen === 'zh' ? 'zh-CN' : 'en';
    document.title = doing.title(chosen);
    for (const item of all(`[data-${chosen}]`)) item.textContent = item.dataset[chosen];
    for (const item of all(`[data-${chosen}-label]`)) item.setAttribute('aria-label', item.dataset[`${chosen}Label`]);
    for (const item of all('[data-set-lang]')) item.setAttribute('aria-pressed', String(item.dataset.setLang === chosen));
    doing.tell();
  };

  const openForPrint = () => {
    let opened = [];
    addEventListener('beforeprint', () => {
      opened = all('details:not([open])');
      for (const item of opened) item.open = true;
    });
    addEventListener('afterprint', () => { for (const item of opened) item.open = false; });
  };

  // Slash leads to the search, Escape in one of the fields undoes what is asked for.
  const listenToKeys = (fields, reset) => {
    addEventListener('keydown', (event) => {
      const isTyping = event.target.closest('input:not([type="checkbox"]), select, textarea');
      if (event.key === '/' && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        fields[0].focus();
        fields[0].scrollIntoView({ block: 'nearest' });
      } else if (event.key === 'Escape' && fields.includes(event.target)) {
        reset();
      }
    });
  };

  const measureFilters = () => {
    const bar = document.querySelector('.filters');
    new ResizeObserver(() => {
      const isSticky = getComputedStyle(bar).position === 'sticky';
      root.style.setProperty('--filters', `${isSticky ? bar.offsetHeight : 0}px`);
    }).observe(bar);
  };

  // doing: title(language), tell() what is shown, reset() the filters, follow() the address; fields: the search first.
  const start = (doing) => {
    openForPrint();
    listenToKeys(doing.fields, doing.reset);
    byId('reset').addEventListener('click', doing.reset);
    for (const button of all('[data-set-lang]')) {
      button.addEventListener('click', () => { remember(button.dataset.setLang); speak(button.dataset.setLang, doing); });
    }
    addEventListener('hashchange', doing.follow);
    addEventListener('click', (event) => {
      const link = event.target.closest('a[href^="#"]');
      if (link && link.hash === location.hash) doing.follow();
    });
    root.classList.add('js');
    measureFilters();
    const earlier = remembered();
    speak(earlier === 'zh' || earlier === 'en' ? earlier : language, doing);
    doing.follow();
  };

  return { byId, all, words, start, language: () => language };
})();
