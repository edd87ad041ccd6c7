/**
 * HTML as a tagged template: every value is escaped unless it is markup itself.
 * @module
 */

/** Text that is markup already. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Child = Markup | string | number | undefined | false | readonly Child[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export const escapeText = (text: string): string => text.replaceAll(/[&<>"']/g, (one) => ENTITIES[one] ?? one);

const render = (child: Child): string => {
  if (child instanceof Markup) return child.text;
  if (child === undefined || child === false) return '';
  if (typeof child === 'string' || typeof child === 'number') return escapeText(String(child));
  return child.map(render).join('');
};

/** @example html`<b title="${name}">${name}</b>` */
export const html = (strings: TemplateStringsArray, ...values: readonly Child[]): Markup =>
  new Markup(strings.map((text, index) => text + render(values[index])).join(''));

export const raw = (text: string): Markup => new Markup(text);
