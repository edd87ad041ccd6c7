/**
 * The HTML report in a real browser, at the width of a telephone and of a desk, in daylight and at night.
 * @module
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Book } from '../../src/report/book.ts';
import { renderHtml } from '../../src/report/html/page.ts';
import { findChromium } from './browser.ts';
import { sampleBook } from './sample.ts';

const executablePath = findChromium();
const IN_PAGE = fileURLToPath(new URL('./in-page.js', import.meta.url));
const WIDTHS = [400, 1400];
const SCHEMES = ['light', 'dark'] as const;

/** A part of a bar: how wide it is drawn, and how much it stands for. */
interface Share {
  readonly drawn: number;
  readonly counted: number;
}

const faultsOf = (page: Page, measure: string): Promise<unknown> => page.evaluate(`inPage.${measure}()`);

describe.skipIf(executablePath === undefined)('the HTML report in a browser', () => {
  let browser: Browser;
  let folder = '';

  beforeAll(async () => {
    // Containers have no user namespaces for the sandbox; the page is ours.
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: ['--no-sandbox'] });
    folder = await mkdtemp(join(tmpdir(), 'callscribe-page-'));
  });

  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true });
  });

  /** Opens a report as a file, as people do, and notes everything that it should not do. */
  const open = async (book: Book, width: number, colorScheme: 'light' | 'dark') => {
    const path = join(folder, 'report.html');
    await writeFile(path, renderHtml(book));
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
    await page.addInitScript({ path: IN_PAGE });
    const requests: string[] = [];
    const complaints: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    const url = pathToFileURL(path).href;
    await page.goto(url);
    return { page, url, requests, complaints };
  };

  const looks = async (page: Page): Promise<void> => {
    expect(await faultsOf(page, 'overflowing')).toEqual([]);
    expect(await faultsOf(page, 'overlappingLabels')).toEqual([]);
    expect(await faultsOf(page, 'tinyText')).toEqual([]);
    expect(await faultsOf(page, 'contrastFaults')).toEqual([]);
  };

  describe.each(WIDTHS.flatMap((width) => SCHEMES.map((scheme) => [width, scheme] as const)))(
    'at %d pixels, %s',
    (width, scheme) => {
      it('fits, can be read, asks for nothing and complains about nothing', async () => {
        const { page, url, requests, complaints } = await open(sampleBook(), width, scheme);
        await looks(page);
        for (const details of await page.locator('details').all()) await details.locator('summary').click();
        await looks(page);
        expect(requests).toEqual([url]);
        expect(complaints).toEqual([]);
        await page.close();
      });

      it('fits also with names that are long and have no place to break', async () => {
        const book = sampleBook(40);
        const rows = book.rows.map((row) => ({ ...row, queueId: 'q'.repeat(200), recordingId: 'r'.repeat(120) }));
        const { page } = await open({ ...book, run: 'n'.repeat(200), rows }, width, scheme);
        expect(await faultsOf(page, 'overflowing')).toEqual([]);
        await page.close();
      });
    },
  );

  it('has another face at night', async () => {
    const backgrounds = await Promise.all(
      SCHEMES.map(async (scheme) => {
        const { page } = await open(sampleBook(40), 1400, scheme);
        const background = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
        await page.close();
        return background;
      }),
    );
    expect(new Set(backgrounds).size).toBe(2);
  });

  it('draws shares as large as they are', async () => {
    const { page } = await open(sampleBook(), 1400, 'light');
    const shares = await page.evaluate<readonly Share[]>('inPage.sharesOfBar()');
    for (const { drawn, counted } of shares) expect(Math.abs(drawn - counted)).toBeLessThan(0.01);
    expect(shares.length).toBeGreaterThanOrEqual(4);
    await page.close();
  });

  it('leads from a failure to its code', async () => {
    const { page } = await open(sampleBook(), 400, 'light');
    const link = page.locator('.failures td .code').first();
    const code = await link.textContent();
    await link.click();
    await expect(page.locator(':target').textContent()).resolves.toContain(code ?? '?');
    const top = await page.locator(':target').evaluate((element) => element.getBoundingClientRect().top);
    expect(top).toBeLessThan(900);
    await page.close();
  });

  it('takes nothing in a report for markup', async () => {
    const book = sampleBook(40);
    const attack = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
    const rows = book.rows.map((row) => ({ ...row, queueId: attack, campaignId: attack, conversationId: attack }));
    const { page, requests } = await open({ ...book, run: attack, rows }, 1400, 'light');
    expect(await page.locator('script, img').count()).toBe(0);
    expect(await page.title()).toContain('<script>');
    expect(requests).toHaveLength(1);
    await page.close();
  });
});
