(() => {
  const { byId, all, words } = page;
  const clauses = all('details.clause');
  const policies = all('details.policy');
  const listed = clauses.filter((clause) => clause.dataset.status);
  const rows = all('[data-row]');
  const filters = ['status', 'verdict', 'severity', 'state', 'chapter', 'framework', 'control'];
  const search = byId('q');
  for (const item of all('[data-count]')) item.dataset.whole = item.textContent;

  const tell = () => {
    const count = (items) => `${items.filter((item) => !item.hidden).length} / ${items.length}`;
    const told = { clauses: count(listed), policies: count(policies), findings: countFindings() };
    const fill = (text) => text.replace(/\{(\w+)\}/g, (_, name) => told[name]);
    byId('found').textContent = fill(words.found[page.language()]);
    byId('filtered').hidden = !isFiltered();
    byId('filtered-by').textContent = describe();
    byId('filtered-count').textContent = fill(words.filtered[page.language()]);
    for (const item of all('[data-count]')) item.textContent = isFiltered() ? told[item.dataset.count] : item.dataset.whole;
  };

  const countFindings = () => {
    const sum = (items) => items.reduce((total, item) => total + Number(item.dataset.findings), 0);
    return `${sum(policies.filter((item) => !item.hidden)).toLocaleString('en')} / ${sum(policies).toLocaleString('en')}`;
  };

  // The chosen filters as a person reads them: "Severity: High · Control id: NIST 800-53 AC-2".
  const describe = () => {
    const named = (control, value) => `${control.labels[0].querySelector(`span[lang="${page.language()}"]`).textContent}: ${value}`;
    const told = [];
    for (const name of filters) {
      const control = byId(`f-${name}`);
      if (!control.value.trim() || (name === 'framework' && !asked())) continue;
      told.push(named(control, control.tagName === 'SELECT' ? control.selectedOptions[0].textContent : control.value.trim()));
    }
    if (search.value.trim()) told.push(named(search, search.value.trim()));
    return told.join(' · ');
  };

  const texts = new Map();
  const textOf = (element) => {
    if (!texts.has(element)) texts.set(element, element.textContent.toLowerCase());
    return texts.get(element);
  };
  const has = (element, wanted) => wanted.every((word) => textOf(element).includes(word));

  // The same rules as hiscomply.controls: a control finds itself and its parts; where items are numbered, an item
  // also finds the whole that holds it.
  const partsOf = (framework, control) => {
    const found = control.toLowerCase().match(/[a-z]+|\d+/g) || [];
    return framework === 'hipaa' && found.length && found[0] !== '164' ? ['164', ...found] : found;
  };
  const isStart = (start, whole) => start.every((part, n) => part === whole[n]);
  const concerns = (clause, wanted) => clause.dataset.controls.split('|').some((entry) => {
    const at = entry.indexOf(':');
    const framework = entry.slice(0, at);
    if (at < 0 || (wanted.framework && wanted.framework !== framework)) return false;
    const asked = partsOf(framework, wanted.control);
    const found = partsOf(framework, entry.slice(at + 1));
    return isStart(asked, found) || ((framework === 'mlps' || framework === 'hipaa') && isStart(found, asked));
  });

  // What is asked for: nist:AC-2, or AC-2 with a framework chosen or in all of them. Null when it names no control.
  const asked = () => {
    const text = byId('f-control').value.trim();
    const at = text.search(/[:：]/);
    const named = at < 0 ? '' : words.frameworks[text.slice(0, at).trim().toLowerCase()] || '';
    const control = named ? text.slice(at + 1).trim() : text;
    return /[a-z0-9]/i.test(control) ? { framework: named || byId('f-framework').value, control } : null;
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

  const isAskedFor = (clause, chosen) => (!chosen.status || clause.dataset.status === chosen.status)
    && (!chosen.chapter || clause.dataset.chapter === chosen.chapter)
    && (!chosen.wanted || concerns(clause, chosen.wanted));

  // A policy stands once, at its first clause. If that one is filtered away, it moves to the clause that is left.
  const homes = new Map(policies.map((policy) => {
    const mark = document.createComment('');
    policy.before(mark);
    return [policy, mark];
  }));
  const settle = (chosen) => {
    for (const [policy, mark] of homes) if (mark.nextSibling !== policy) mark.after(policy);
    for (const reference of all('[data-ref]')) {
      const policy = byId(reference.dataset.ref);
      const clause = reference.closest('details.clause');
      const isMoved = isAskedFor(clause, chosen) && !isAskedFor(policy.closest('details.clause'), chosen);
      if (isMoved) reference.closest('ul').before(policy);
      reference.hidden = isMoved;
    }
  };

  const showClause = (clause, chosen, wanted) => {
    const isKind = isAskedFor(clause, chosen);
    const isFound = wanted.length > 0 && has(clause.querySelector('summary'), wanted);
    const mine = all('details.policy', clause);
    for (const policy of mine) {
      if (isKind) showPolicy(policy, chosen, wanted, isFound); else policy.hidden = true;
    }
    const isByPolicy = chosen.verdict || chosen.severity || chosen.state;
    clause.hidden = !isKind || !(mine.some((policy) => !policy.hidden) || (!isByPolicy && (!wanted.length || isFound)));
  };

  const showReferences = () => {
    for (const reference of all('[data-ref]')) {
      const policy = byId(reference.dataset.ref);
      const clause = reference.closest('details.clause');
      if (policy && !policy.hidden && clause.hidden && isFiltered(true)) clause.hidden = false;
    }
  };

  const read = () => ({ ...Object.fromEntries(filters.map((name) => [name, byId(`f-${name}`).value.trim()])), wanted: asked() });
  const isFiltered = (isByPolicy) => {
    const chosen = read();
    if (isByPolicy) return !(chosen.status || chosen.chapter || chosen.wanted);
    return search.value.trim() !== '' || ['status', 'verdict', 'severity', 'state', 'chapter', 'wanted'].some((name) => chosen[name]);
  };

  const apply = () => {
    const chosen = read();
    const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    settle(chosen);
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
    remark(chosen.wanted);
    tell();
  };

  // The address says which control is shown, so that it can be sent to somebody.
  const remark = (wanted) => {
    const hash = wanted ? `#framework=${encodeURIComponent((wanted.framework ? `${wanted.framework}:` : '') + wanted.control)}` : '';
    if (hash === location.hash || !(hash || location.hash.startsWith('#framework='))) return;
    try { history.replaceState(null, '', hash || location.pathname + location.search); } catch { /* not allowed for this address */ }
  };

  const reset = () => {
    search.value = '';
    for (const name of filters) byId(`f-${name}`).value = '';
    apply();
  };

  const follow = () => {
    let name = '';
    try { name = decodeURIComponent(location.hash.slice(1)); } catch { return; }
    if (name.startsWith('framework=')) { showControl(name.slice('framework='.length)); return; }
    const target = byId(name);
    if (!target || !target.matches('details')) return;
    if (target.hidden || target.closest('[hidden]')) reset();
    for (let item = target; item; item = item.parentElement) if (item.matches('details')) item.open = true;
    target.querySelector('summary').focus({ preventScroll: true });
    requestAnimationFrame(() => target.scrollIntoView());
  };

  const showControl = (control) => {
    search.value = '';
    for (const name of filters) byId(`f-${name}`).value = '';
    byId('f-control').value = control;
    apply();
    byId('f-control').focus({ preventScroll: true });
    requestAnimationFrame(() => byId('details').scrollIntoView());
  };

  let waiting = 0;
  const soon = () => { clearTimeout(waiting); waiting = setTimeout(apply, 120); };
  search.addEventListener('input', soon);
  byId('f-control').addEventListener('input', soon);
  for (const name of filters) byId(`f-${name}`).addEventListener('change', apply);
  byId('unfilter').addEventListener('click', () => { reset(); search.focus({ preventScroll: true }); });
  byId('open-all').addEventListener('click', () => { for (const item of all('#details details')) item.open = true; });
  byId('close-all').addEventListener('click', () => { for (const item of all('#details details')) item.open = false; });
  page.start({
    title: (language) => `${words.title[language]} · ${words.run}`, tell, reset, follow, fields: [search, byId('f-control')],
  });
})();
