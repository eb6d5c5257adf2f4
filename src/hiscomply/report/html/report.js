'use strict';
(() => {
  const root = document.documentElement;
  const byId = (id) => document.getElementById(id);
  const all = (selector, from = document) => Array.from(from.querySelectorAll(selector));
  const words = JSON.parse(byId('words').textContent);
  const clauses = all('details.clause');
  const policies = all('details.policy');
  const rows = all('[data-row]');
  const filters = ['status', 'verdict', 'severity', 'state', 'chapter', 'control'];
  const search = byId('q');
  let language = root.lang.startsWith('zh') ? 'zh' : 'en';

  const remembered = () => {
    try { return localStorage.getItem('hiscomply.language'); } catch { return null; }
  };
  const remember = (value) => {
    try { localStorage.setItem('hiscomply.language', value); } catch { /* a file:// page may have no storage */ }
  };

  const speak = (chosen) => {
    language = chosen;
    root.lang = chosen === 'zh' ? 'zh-CN' : 'en';
    document.title = `${words.title[chosen]} · ${words.run}`;
    for (const item of all(`[data-${chosen}]`)) item.textContent = item.dataset[chosen];
    for (const item of all(`[data-${chosen}-label]`)) item.setAttribute('aria-label', item.dataset[`${chosen}Label`]);
    for (const item of all('[data-set-lang]')) item.setAttribute('aria-pressed', String(item.dataset.setLang === chosen));
    tell();
  };

  const tell = () => {
    const count = (items) => `${items.filter((item) => !item.hidden).length} / ${items.length}`;
    byId('found').textContent = words.found[language]
      .replace('{policies}', count(policies)).replace('{clauses}', count(clauses));
  };

  const texts = new Map();
  const textOf = (element) => {
    if (!texts.has(element)) texts.set(element, element.textContent.toLowerCase());
    return texts.get(element);
  };
  const has = (element, wanted) => wanted.every((word) => textOf(element).includes(word));

  // Whole numbers only: 5.3 finds 5.3 and 5.3.1, neither 15.3 nor 5.30.
  const mentions = (controls, wanted) => {
    const patterns = wanted.map((word) => {
      const start = /^\d/.test(word) ? '(?<![0-9a-z.])' : '';
      const end = /\d$/.test(word) ? '(?!\\d)' : '';
      return new RegExp(start + word.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&') + end);
    });
    return controls.split(' | ').some((id) => patterns.every((pattern) => pattern.test(id)));
  };

  const showSamples = (policy, wanted, state, isWhole) => {
    let any = false;
    for (const sample of all('.samples > li', policy)) {
      const fits = (!state || sample.dataset.state === state) && (isWhole || has(sample, wanted));
      sample.hidden = !fits;
      any = any || fits;
    }
    return any;
  };

  const showPolicy = (policy, chosen, wanted, isClauseFound) => {
    const isKind = (!chosen.verdict || policy.dataset.verdict === chosen.verdict)
      && (!chosen.severity || policy.dataset.severity === chosen.severity)
      && (!chosen.state || policy.dataset.states.split(' ').includes(chosen.state));
    const isWhole = !wanted.length || isClauseFound
      || has(policy.querySelector('summary'), wanted) || all(':scope > .inside > .about', policy).some((part) => has(part, wanted));
    const any = isKind && showSamples(policy, wanted, chosen.state, isWhole);
    policy.hidden = !(isKind && (any || (isWhole && !chosen.state) || (!chosen.state && has(policy, wanted))));
  };

  const showClause = (clause, chosen, wanted) => {
    const isKind = (!chosen.status || clause.dataset.status === chosen.status)
      && (!chosen.chapter || clause.dataset.chapter === chosen.chapter)
      && (!chosen.control || mentions(clause.dataset.controls, chosen.control.toLowerCase().split(/\s+/).filter(Boolean)));
    const isFound = wanted.length > 0 && has(clause.querySelector('summary'), wanted);
    const mine = all('details.policy', clause);
    for (const policy of mine) {
      if (isKind) showPolicy(policy, chosen, wanted, isFound); else policy.hidden = true;
    }
    const isAsked = chosen.verdict || chosen.severity || chosen.state;
    clause.hidden = !isKind || !(mine.some((policy) => !policy.hidden) || (!isAsked && (!wanted.length || isFound)));
  };

  const showReferences = () => {
    for (const reference of all('[data-ref]')) {
      const policy = byId(reference.dataset.ref);
      const clause = reference.closest('details.clause');
      if (policy && !policy.hidden && clause.hidden && isFiltered(true)) clause.hidden = false;
    }
  };

  const read = () => Object.fromEntries(filters.map((name) => [name, byId(`f-${name}`).value.trim()]));
  const isFiltered = (isByPolicy) => {
    const chosen = read();
    if (isByPolicy) return !(chosen.status || chosen.chapter || chosen.control);
    return search.value.trim() !== '' || Object.values(chosen).some(Boolean);
  };

  const apply = () => {
    const chosen = read();
    const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const clause of clauses) showClause(clause, chosen, wanted);
    showReferences();
    for (const row of rows) row.hidden = byId(row.dataset.row).hidden;
    byId('nothing').hidden = clauses.some((clause) => !clause.hidden);
    const sampled = byId('sampled');
    if (sampled) sampled.hidden = !(wanted.length || chosen.state);
    const found = policies.filter((policy) => !policy.hidden);
    if (isFiltered() && found.length && found.length <= 6) {
      for (const policy of found) { policy.open = true; policy.closest('details.clause').open = true; }
    }
    tell();
  };

  const reset = () => {
    search.value = '';
    for (const name of filters) byId(`f-${name}`).value = '';
    apply();
  };

  const follow = () => {
    let target = null;
    try { target = byId(decodeURIComponent(location.hash.slice(1))); } catch { return; }
    if (!target || !target.matches('details')) return;
    if (target.hidden || target.closest('[hidden]')) reset();
    for (let item = target; item; item = item.parentElement) if (item.matches('details')) item.open = true;
    target.querySelector('summary').focus({ preventScroll: true });
    requestAnimationFrame(() => target.scrollIntoView());
  };

  let opened = [];
  addEventListener('beforeprint', () => {
    opened = all('details:not([open])');
    for (const item of opened) item.open = true;
  });
  addEventListener('afterprint', () => { for (const item of opened) item.open = false; });

  let waiting = 0;
  const soon = () => { clearTimeout(waiting); waiting = setTimeout(apply, 120); };
  search.addEventListener('input', soon);
  byId('f-control').addEventListener('input', soon);
  for (const name of filters) byId(`f-${name}`).addEventListener('change', apply);
  byId('reset').addEventListener('click', reset);
  byId('open-all').addEventListener('click', () => { for (const item of all('#details details')) item.open = true; });
  byId('close-all').addEventListener('click', () => { for (const item of all('#details details')) item.open = false; });
  for (const button of all('[data-set-lang]')) {
    button.addEventListener('click', () => { remember(button.dataset.setLang); speak(button.dataset.setLang); });
  }
  addEventListener('hashchange', follow);
  addEventListener('click', (event) => {
    const link = event.target.closest('a[href^="#"]');
    if (link && link.hash === location.hash) follow();
  });
  addEventListener('keydown', (event) => {
    const isTyping = event.target.closest('input, select, textarea');
    if (event.key === '/' && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      search.focus();
      search.scrollIntoView({ block: 'nearest' });
    } else if (event.key === 'Escape' && event.target === search) {
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
