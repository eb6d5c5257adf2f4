(() => {
  const { byId, all, words } = page;
  const clauses = all('details.clause');
  const rows = all('[data-row]');
  const texts = new Map(clauses.map((clause) => [clause, clause.textContent.toLowerCase()]));

  const tell = () => {
    const shown = clauses.filter((clause) => !clause.hidden).length;
    byId('found').textContent = words.found[page.language()].replace('{n}', `${shown} / ${clauses.length}`);
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

  byId('q').addEventListener('input', apply);
  byId('f-class').addEventListener('change', apply);
  byId('f-gap').addEventListener('change', apply);
  byId('open-all').addEventListener('click', () => { for (const item of clauses) item.open = true; });
  byId('close-all').addEventListener('click', () => { for (const item of clauses) item.open = false; });
  page.start({ title: (language) => words.title[language], tell, reset, follow, fields: [byId('q')] });
})();
