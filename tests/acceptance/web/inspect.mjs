// Opens a report in Chromium and prints what it found as JSON.
// node inspect.mjs CHROMIUM NODE_MODULES REPORT.html LANGUAGE WIDTH light|dark
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [chromiumPath, modules, report, language, width, colorScheme] = process.argv.slice(2);
const require = createRequire(`${modules}/`);
const { chromium } = require('playwright-core');
const axe = readFileSync(`${modules}/axe-core/axe.min.js`, 'utf8');
const browser = await chromium.launch({
  executablePath: chromiumPath,
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--disable-quic'],
});
const viewport = { width: Number(width), height: 900 };
const complaints = [];
const requests = [];

const open = async (options) => {
  const page = await (await browser.newContext({ viewport, colorScheme, ...options })).newPage();
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('dialog', (dialog) => { complaints.push(`dialog ${dialog.message()}`); dialog.dismiss(); });
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(pathToFileURL(report).href);
  return page;
};
const isShown = (page, selector) => page.locator(selector).first().isVisible();
// The page acts a moment after what is typed or followed; a later timer of its own, and what it then paints, come after.
const settle = (page) => page.evaluate(() => new Promise((done) => {
  setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(done)), 250);
}));
const visible = (page, selector) => page.evaluate(
  (wanted) => Array.from(document.querySelectorAll(wanted)).filter((item) => !item.hidden && !item.closest('[hidden]')).length,
  selector,
);

const page = await open({});
const found = {};
// The least of ten: other tests may keep the machine busy.
const interactive = () => page.evaluate(() => performance.getEntriesByType('navigation')[0].domInteractive);
found.interactive_ms = await interactive();
for (let again = 0; again < 9 && found.interactive_ms >= 2000; again += 1) {
  await page.reload();
  found.interactive_ms = Math.min(found.interactive_ms, await interactive());
}
found.overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

await page.locator(`[data-set-lang="${language}"]`).click();
found.lang = await page.evaluate(() => document.documentElement.lang);
found.other_language_shown = await isShown(page, `#cover span[lang="${language === 'zh' ? 'en' : 'zh'}"]`);
await page.reload();
found.lang_after_reload = await page.evaluate(() => document.documentElement.lang);

const policy = await page.evaluate(() => document.querySelector('.policy[data-verdict="fail"]').id);
await page.evaluate((id) => { location.hash = `#${id}`; }, policy);
await settle(page);
found.deep_link_opened = await isShown(page, `#${policy} .about`);
found.deep_link_top = await page.evaluate((id) => {
  const bar = document.querySelector('.filters');
  const isSticky = getComputedStyle(bar).position === 'sticky';
  return document.getElementById(id).getBoundingClientRect().top - (isSticky ? bar.getBoundingClientRect().bottom : 0);
}, policy);

await page.keyboard.press('/');
found.slash_focuses = await page.evaluate(() => document.activeElement.id);
found.clauses = await visible(page, 'details.clause');
await page.keyboard.type('no such thing anywhere');
await settle(page);
found.clauses_without_match = await visible(page, 'details.clause');
found.sampling_told = await isShown(page, '#sampled');
found.nothing_told = await isShown(page, '#nothing');
await page.keyboard.press('Escape');
found.clauses_after_escape = await visible(page, 'details.clause');
await page.fill('#f-control', '8.1.4.2');
await settle(page);
found.clauses_of_control = await page.evaluate(
  () => Array.from(document.querySelectorAll('details.clause')).filter((item) => !item.hidden).map((item) => item.id),
);
found.control_in_address = await page.evaluate(() => decodeURIComponent(location.hash));
found.rows_of_control = await visible(page, '#crosswalk [data-row]');
await page.keyboard.press('Escape');
await page.focus('#f-control');
await page.keyboard.press('Escape');
found.address_after_escape = await page.evaluate(() => location.hash);

const shared = await page.evaluate(() => {
  const reference = document.querySelector('[data-ref]');
  return reference && { policy: reference.dataset.ref, clause: reference.closest('details.clause').id };
});
await page.evaluate(() => { location.hash = '#framework=nist:AC-2(3)'; });
await settle(page);
found.linked_control = await page.inputValue('#f-control');
found.clauses_of_link = await page.evaluate(
  () => Array.from(document.querySelectorAll('details.clause')).filter((item) => !item.hidden).map((item) => item.id),
);
found.moved_policy_shown = shared && await page.evaluate(({ policy, clause }) => {
  const item = document.getElementById(policy);
  return !item.hidden && item.closest('details.clause').id === clause;
}, shared);
found.filtered_told = await page.locator('#filtered').innerText();
found.found_told = await page.locator('#found').innerText();
found.clause_count = await page.locator('[data-count="clauses"]').innerText();
found.overflow_filtered = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
await page.emulateMedia({ media: 'print' });
found.print_tells_filter = await isShown(page, '#filtered') && !await isShown(page, '.filters');
found.print_clauses = await visible(page, 'details.clause');
await page.emulateMedia({ media: 'screen' });
await page.selectOption('#f-framework', 'cis');
await page.fill('#f-control', '5.3');
await settle(page);
found.clauses_of_chosen_framework = await page.evaluate(
  () => Array.from(document.querySelectorAll('details.clause')).filter((item) => !item.hidden).map((item) => item.id),
);
await page.locator('#unfilter').click();
found.clauses_after_clear = await visible(page, 'details.clause');
found.policy_back_home = shared && await page.evaluate(({ policy, clause }) => {
  const item = document.getElementById(policy);
  return item.closest('details.clause').id !== clause;
}, shared);
found.choices = await page.evaluate(() => document.querySelectorAll('#controls option').length);
await page.locator('#crosswalk a.ctl', { hasText: /^PS-8$/ }).focus();
await page.keyboard.press('Enter');
await settle(page);
found.clauses_of_chip = await page.evaluate(
  () => Array.from(document.querySelectorAll('details.clause')).filter((item) => !item.hidden).map((item) => item.id),
);
await page.locator('#reset').click();
await page.selectOption('#f-verdict', 'unknown');
found.verdicts_after_filter = await page.evaluate(() => Array.from(new Set(
  Array.from(document.querySelectorAll('.policy')).filter((item) => !item.hidden).map((item) => item.dataset.verdict),
)));
await page.locator('#reset').click();
await page.locator('#open-all').click();
found.closed_after_expand = await page.evaluate(() => document.querySelectorAll('#details details:not([open])').length);
found.overflow_expanded = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

const audited = await open({ bypassCSP: true });
await audited.evaluate(() => document.querySelectorAll('#details details').forEach((item, n) => { item.open = n < 40; }));
await audited.evaluate(axe);
const outcome = await audited.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
found.violations = outcome.violations.map((item) => `${item.impact} ${item.id}: ${item.nodes[0].html.slice(0, 160)}`);
found.rules_passed = outcome.passes.length;

found.complaints = complaints;
found.foreign_requests = requests.filter((url) => !url.startsWith('file:'));
console.log(JSON.stringify(found));
await browser.close();
