// Opens a coverage page in Chromium and prints what it found as JSON.
// node coverage.mjs CHROMIUM NODE_MODULES PAGE.html LANGUAGE WIDTH light|dark
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [chromiumPath, modules, file, language, width, colorScheme] = process.argv.slice(2);
const require = createRequire(`${modules}/`);
const { chromium } = require('playwright-core');
const browser = await chromium.launch({
  executablePath: chromiumPath,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
});
const complaints = [];
const requests = [];
const open = async (options) => {
  const context = await browser.newContext({ viewport: { width: Number(width), height: 900 }, colorScheme, ...options });
  const page = await context.newPage();
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(pathToFileURL(file).href);
  return page;
};
const shown = (page, selector) => page.evaluate(
  (wanted) => Array.from(document.querySelectorAll(wanted)).filter((item) => !item.hidden).map((item) => item.id),
  selector,
);
// The page acts a moment after what is followed; a later timer of its own, and what it then paints, come after.
const settle = (page) => page.evaluate(() => new Promise((done) => {
  setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(done)), 250);
}));

const page = await open({});
const found = {};
await page.locator(`[data-set-lang="${language}"]`).click();
found.lang = await page.evaluate(() => document.documentElement.lang);
found.clauses = (await shown(page, 'details.clause')).length;
await page.keyboard.press('/');
await page.keyboard.type('leavers_disabled');
found.clauses_of_policy = await shown(page, 'details.clause');
found.rows_of_policy = await page.evaluate(() => Array.from(document.querySelectorAll('#matrix [data-row]')).filter((row) => !row.hidden).length);
await page.keyboard.press('Escape');
await page.evaluate(() => { location.hash = '#check-4.3.2-c4'; });
await settle(page);
found.check_shown = await page.locator('#check-4\\.3\\.2-c4').isVisible();
await page.locator('#f-gap').check();
found.clauses_with_gaps = (await shown(page, 'details.clause')).length;
await page.locator('#reset').click();
await page.selectOption('#f-class', 'M');
found.clauses_with_documents = (await shown(page, 'details.clause')).length;
await page.locator('#reset').click();
await page.locator('#open-all').click();
found.overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

const audited = await open({ bypassCSP: true });
await audited.evaluate(() => document.querySelectorAll('details').forEach((item) => { item.open = true; }));
await audited.evaluate(readFileSync(`${modules}/axe-core/axe.min.js`, 'utf8'));
const outcome = await audited.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
found.violations = outcome.violations.map((item) => `${item.impact} ${item.id}: ${item.nodes[0].html.slice(0, 160)}`);
found.complaints = complaints;
found.foreign_requests = requests.filter((url) => !url.startsWith('file:'));
console.log(JSON.stringify(found));
await browser.close();
