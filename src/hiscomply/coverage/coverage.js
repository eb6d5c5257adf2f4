'use strict';
(() => {
  const root = document.documentElement;
  const byId = (id) => document.getElementById(id);
  const all = (selector, from = document) => Array.from(from.querySelectorAll(selector));
  const words = JSON.parse(byId('words').textContent);
  const clauses = all('details.clause');
  const rows = all('[data-row]');
  const texts = new Map(clauses.map((clause) => [clause, clause.textContent.toLowerCase()]));
  let language = root.lang.startsWith('zh') ? 'zh' : 'en';

  const remembered = () => {
    try { return localStorage.getItem('hiscomply.language'); } catch { return null; }
  };
  const remember = (value) => {
    try { localStorage.setItem('hiscomply.language', value); } catch { /* a file:// page may have no storage */ }
  };
  const tell = () => {
    const shown = clauses.filter((clause) => !clause.hidden).length;
    byId('found').textContent = words.found[language].replace('{n}', `${shown} / ${clauses.length}`);
  };
  const speak = (chosen) => {
    language = chosen;
    root.lang = chosen === 'zh' ? 'zh-CN' : 'en';
    document.title = words.title[chosen];
    for (const item of all(`[data-${chosen}]`)) item.textContent = item.dataset[chosen];
    for (const item of all(`[data-${chosen}-label]`)) item.setAttribute('aria-label', item.dataset[`${chosen}Label`]);
    for (const item of all('[data-set-lang]')) item.setAttribute('aria-pressed', String(item.dataset.setLang === chosen));
    tell();
  };

  const apply = () => {
    const wanted = byId('q').value.toLowerCase().split(/\s+/).filter(Boolean);
    const letter = byId('f-class').value;
    const isGap = byId('f-gap').checked;
    for (const clause of clauses) {
      clause.hidden = !(wanted.every((word) => texts.get(clause).includes(word))
        && (!letter || clause.dataset.classes.includes(letter))
        && (!isGap || clause.dataset.gaps !== '0'));
    }
    for (const row of rows) row.hidden = byId(row.dataset.row).hidden;
    byId('nothing').hidden = clauses.some((clause) => !clause.hidden);
    tell();
  };
  const reset = () => {
    byId('q').value = '';
    byId('f-class').value = '';
    byId('f-gap').checked = false;
    apply();
  };

  const follow = () => {
    let target = null;
    try { target = byId(decodeURIComponent(location.hash.slice(1))); } catch { return; }
    const clause = target && target.closest('details.clause');
    if (!clause) return;
    if (clause.hidden) reset();
    clause.open = true;
    clause.querySelector('summary').focus({ preventScroll: true });
    requestAnimationFrame(() => target.scrollIntoView());
  };

  let opened = [];
  addEventListener('beforeprint', () => {
    opened = all('details:not([open])');
    for (const item of opened) item.open = true;
  });
  addEventListener('afterprint', () => { for (const item of opened) item.open = false; });

  byId('q').addEventListener('input', apply);
  byId('f-class').addEventListener('change', apply);
  byId('f-gap').addEventListener('change', apply);
  byId('reset').addEventListener('click', reset);
  byId('open-all').addEventListener('click', () => { for (const item of clauses) item.open = true; });
  byId('close-all').addEventListener('click', () => { for (const item of clauses) item.open = false; });
  for (const button of all('[data-set-lang]')) {
    button.addEventListener('click', () => { remember(button.dataset.setLang); speak(button.dataset.setLang); });
  }
  addEventListener('hashchange', follow);
  addEventListener('click', (event) => {
    const link = event.target.closest('a[href^="#"]');
    if (link && link.hash === location.hash) follow();
  });
  addEventListener('keydown', (event) => {
    const isTyping = event.target.closest('input:not([type="checkbox"]), select, textarea');
    if (event.key === '/' && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      byId('q').focus();
      byId('q').scrollIntoView({ block: 'nearest' });
    } else if (event.key === 'Escape' && event.target === byId('q')) {
      reset();
    }
  });

  root.classList.add('js');
  const bar = document.querySelector('.filters');
  new ResizeObserver(() => {
    const isSticky = getComputedStyle(bar).position === 'sticky';
    root.style.setProperty('--filters', `${isSticky ? bar.offsetHeight : 0}px`);
  }).observe(bar);
  const earlier = remembered();
  speak(earlier === 'zh' || earlier === 'en' ? earlier : language);
  follow();
})();
