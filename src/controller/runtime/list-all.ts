/**
 * A list in pages, so that neither side holds a large answer at once.
 * @module
 */
import { isGone } from './kube-error.ts';
import type { KubeClient } from './kube-client.ts';

export interface WholeList<T> {
  readonly items: readonly T[];
  /** Where a watch goes on from. */
  readonly resourceVersion: string;
}

export interface PageOptions {
  readonly pageSize: number;
  readonly signal: AbortSignal;
  /** All objects without it. */
  readonly labelSelector?: string;
}

const selectionOf = ({ labelSelector }: PageOptions): Readonly<Record<string, string>> =>
  labelSelector === undefined ? {} : { labelSelector };

const inPages = async <T>(kube: KubeClient, path: string, options: PageOptions): Promise<WholeList<T>> => {
  const { pageSize, signal } = options;
  const query = { ...selectionOf(options), limit: String(pageSize) };
  const items: T[] = [];
  let next = '';
  for (;;) {
    const page = await kube.list<T>(path, { ...query, ...(next && { continue: next }) }, { signal });
    for (const item of page.items) items.push(item);
    next = page.metadata.continue ?? '';
    if (!next) return { items, resourceVersion: page.metadata.resourceVersion };
  }
};

/**
 * All objects of a path as they were at one moment. Where that moment is compacted away between two pages, the list is made
 * in one piece instead.
 */
export const listAll = async <T>(kube: KubeClient, path: string, options: PageOptions): Promise<WholeList<T>> => {
  try {
    return await inPages<T>(kube, path, options);
  } catch (error) {
    if (!isGone(error)) throw error;
    const { items, metadata } = await kube.list<T>(path, selectionOf(options), { signal: options.signal });
    return { items, resourceVersion: metadata.resourceVersion };
  }
};
