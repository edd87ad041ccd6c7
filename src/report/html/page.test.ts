import { describe, expect, it } from 'vitest';
import { rowWith } from '../../pipeline/recording/test-recording.ts';
import { genesis } from '../../pipeline/settle/chain.ts';
import { linkedRows } from '../../pipeline/test-spec.ts';
import { bookOf, smallBook } from '../test-book.ts';
import { escapeText, html } from './markup.ts';
import { renderHtml } from './page.ts';

describe('html', () => {
  it('escapes every value, wherever it stands', () => {
    const name = `<script>alert("x")</script>'&`;
    expect(html`<b title="${name}">${name}</b>`.text).toBe(
      '<b title="&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&#39;&amp;">&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&#39;&amp;</b>',
    );
    expect(escapeText('plain')).toBe('plain');
  });

  it('leaves markup, joins lists and leaves out what is not there', () => {
    expect(html`<p>${html`<i>${1}</i>`}${['a', html`<br />`]}${undefined}${false}${0}</p>`.text).toBe(
      '<p><i>1</i>a<br />0</p>',
    );
  });
});

const idsIn = (page: string): Set<string> => new Set([...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id ?? ''));
const linksIn = (page: string): string[] => [...page.matchAll(/ href="([^"]*)"/g)].map(([, href]) => href ?? '');

describe('renderHtml', () => {
  const page = renderHtml(smallBook);

  it('needs nothing but itself', () => {
    expect(page).not.toMatch(/<(?:script|link|img|iframe|object)\b/);
    expect(page).not.toMatch(/\b(?:src|srcset|action)=/);
    expect(page).not.toMatch(/url\(|@import/);
    expect(linksIn(page).every((href) => href.startsWith('#'))).toBe(true);
    expect(page).toContain("default-src 'none'");
  });

  it('has a link from each failure to its code, and each link leads somewhere', () => {
    const ids = idsIn(page);
    const links = linksIn(page).map((href) => href.slice(1));
    expect(links).toEqual(expect.arrayContaining(['CSC_STT_TIMEOUT', 'CSC_STT_PROTOCOL', 'CSC_STT_REJECTED']));
    expect(links.filter((link) => !ids.has(link))).toEqual([]);
  });

  it('has the remedy of each failure', () => {
    expect(page).toContain('Check that the url is that of the chosen provider.');
    expect(page).toContain('raise stt.timeoutSeconds for long recordings');
  });

  it('shows amounts to the last digit', () => {
    for (const amount of ['0.0163', '0.0041', '0.0060', '0.004133']) expect(page).toContain(amount);
  });

  it('takes names for text', () => {
    const name = '<script>alert(1)</script>';
    const hostile = linkedRows(
      [rowWith({ queueId: name, campaignId: `"><img src=x onerror=alert(1)>` })],
      genesis('USD'),
    );
    const shown = renderHtml({ ...bookOf(hostile), run: name });
    expect(shown).not.toContain('<script>');
    expect(shown).not.toContain('<img');
    expect(shown).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  });

  it.each([
    ['of nothing', bookOf([])],
    ['of a run that goes on', { run: 'going', currency: 'EUR', rows: smallBook.rows }],
    ['of a run that has just begun', { run: 'begun', currency: 'EUR', rows: [] }],
  ])('can be made %s', (_name, book) => {
    const shown = renderHtml(book);
    expect(shown.startsWith('<!doctype html>')).toBe(true);
    expect(shown).not.toMatch(/undefined|NaN|Infinity|\[object/);
  });

  it('does not grow without end', () => {
    const many = linkedRows(
      Array.from({ length: 20_000 }, (_, index) =>
        rowWith({
          recordingId: `r-${index}`,
          conversationId: `c-${index}`,
          queueId: `q-${index}`,
          status: 'failed',
          outcome: 'Failed',
          errorCode: 'CSC_STT_REJECTED',
        }),
      ),
      genesis('USD'),
    );
    const shown = renderHtml(bookOf(many));
    expect(shown.length).toBeLessThan(500_000);
    expect(shown).toContain('19500 more are in the CSV');
  });
});
