/**
 * Where the API server keeps a resource.
 * @module
 */

export interface ResourceAddress {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  /** Omitted: the resource is not namespaced, or all namespaces are meant. */
  readonly namespace?: string;
  /** Omitted: the collection. */
  readonly name?: string;
  /** For example `status`; needs a name. */
  readonly subresource?: string;
}

/**
 * The path of a collection, an object or a part of an object.
 * @example resourcePath({ group: '', version: 'v1', plural: 'secrets', namespace: 'a', name: 'b' }) // /api/v1/namespaces/a/secrets/b
 */
export const resourcePath = ({ group, version, plural, namespace, name, subresource }: ResourceAddress): string => {
  const segments = [
    ...(group ? ['apis', group] : ['api']),
    version,
    ...(namespace ? ['namespaces', namespace] : []),
    plural,
    ...(name ? [name] : []),
    ...(name && subresource ? [subresource] : []),
  ];
  return `/${segments.map(encodeURIComponent).join('/')}`;
};

/**
 * What a path is about, without names and namespaces: the plural, and the part where there is one.
 * @example resourceOf('/apis/callscribe.dev/v1alpha1/namespaces/a/transcriptionruns/b/status?x=1') // transcriptionruns/status
 */
export const resourceOf = (path: string): string => {
  const segments = (path.split('?')[0] ?? '').split('/').filter(Boolean);
  const rest = segments.slice(segments[0] === 'api' ? 2 : 3);
  const [plural = '', , subresource] = rest[0] === 'namespaces' && rest.length > 2 ? rest.slice(2) : rest;
  return subresource === undefined ? plural : `${plural}/${subresource}`;
};
