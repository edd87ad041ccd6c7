/**
 * Which hosts the operator calls. A run names hosts that its author chose, and the operator sits inside the cluster: without
 * this a run could make it read a metadata service or a port that only listens on loopback.
 * @module
 */
import ipaddr from 'ipaddr.js';
import { CallscribeError } from '../../errors.ts';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Network = readonly [Address, number];

export interface EgressOptions {
  /** Host names (`sim.local`, `*.example.com` for every name below it), addresses and CIDR blocks that are allowed whatever they are. */
  readonly allow: readonly string[];
  /** True: nothing but what `allow` lists. */
  readonly only: boolean;
}

export interface EgressPolicy {
  /**
   * Passes when the host may be called at every one of its addresses: a name with one forbidden address is refused as a whole,
   * because nobody knows which address a connection picks.
   *
   * @param hostname name or address literal, as in a URL (IPv6 with or without brackets)
   * @param addresses what the name resolves to; the literal itself where it is one
   * @throws CallscribeError `CSC_EGRESS_DENIED`
   */
  check(hostname: string, addresses: readonly string[]): void;
}

/** Ranges by the names of ipaddr.js. Private ranges are not among them: services of the cluster live there. */
const REFUSED_RANGES: ReadonlySet<string> = new Set(['loopback', 'linkLocal', 'unspecified', 'multicast', 'broadcast']);

/**
 * Metadata and platform services outside of the link-local ranges: AWS and Google over IPv6, Alibaba, Oracle, and the address
 * at which Azure answers every virtual machine.
 */
const METADATA: ReadonlySet<string> = new Set([
  'fd00:ec2::254',
  'fd20:ce::254',
  '100.100.100.200',
  '192.0.0.192',
  '168.63.129.16',
]);

/** Networks whose IPv6 addresses carry an IPv4 address, with the byte at which it begins. RFC 4291, 6052, 3056. */
const CARRIERS: readonly (readonly [Network, number])[] = [
  [ipaddr.parseCIDR('::/96'), 12],
  [ipaddr.parseCIDR('::ffff:0:0/96'), 12],
  [ipaddr.parseCIDR('::ffff:0:0:0/96'), 12],
  [ipaddr.parseCIDR('64:ff9b::/96'), 12],
  [ipaddr.parseCIDR('2002::/16'), 2],
];

const isIn = (address: Address, [network, bits]: Network): boolean => {
  if (address instanceof ipaddr.IPv4) return network instanceof ipaddr.IPv4 && address.match(network, bits);
  return network instanceof ipaddr.IPv6 && address.match(network, bits);
};

/** The IPv4 address that an IPv6 address stands for, where it does. `::` and `::1` stand for themselves. */
const carriedIPv4 = (address: Address): Address | undefined => {
  if (address instanceof ipaddr.IPv4 || address.range() === 'loopback' || address.range() === 'unspecified') {
    return undefined;
  }
  const carrier = CARRIERS.find(([network]) => isIn(address, network));
  if (!carrier) return undefined;
  const [, first] = carrier;
  return new ipaddr.IPv4(address.toByteArray().slice(first, first + 4));
};

const withoutZone = (text: string): string => text.replace(/%.*$/, '');

const parseAddress = (text: string): Address | undefined => {
  const bare = withoutZone(text);
  return ipaddr.isValid(bare) ? ipaddr.parse(bare) : undefined;
};

const isForbidden = (address: Address): boolean =>
  REFUSED_RANGES.has(address.range()) || METADATA.has(address.toString());

/** An address together with the one that it carries: both must be allowed. */
const facesOf = (address: Address): readonly Address[] => {
  const carried = carriedIPv4(address);
  return carried ? [address, carried] : [address];
};

const bareHost = (hostname: string): string =>
  hostname
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');

/** `*.example.com` covers every name below `example.com`, and not that name itself. */
const matchesName = (host: string, pattern: string): boolean =>
  pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) && host.length > pattern.length - 1 : host === pattern;

interface AllowList {
  readonly names: readonly string[];
  readonly networks: readonly Network[];
}

const parseNetwork = (entry: string): Network | undefined => {
  if (entry.includes('/')) return ipaddr.isValidCIDR(entry) ? ipaddr.parseCIDR(entry) : undefined;
  const address = parseAddress(bareHost(entry));
  return address && [address, address instanceof ipaddr.IPv4 ? 32 : 128];
};

const NAME = /^(\*\.)?([a-z0-9_-]+\.)*[a-z0-9_-]+$/;

const parseAllowList = (entries: readonly string[]): AllowList => {
  const names: string[] = [];
  const networks: Network[] = [];
  for (const entry of entries) {
    const network = parseNetwork(entry);
    const name = bareHost(entry);
    if (network) networks.push(network);
    else if (NAME.test(name)) names.push(name);
    else {
      throw new CallscribeError(
        'CSC_SPEC_INVALID',
        `"${entry}" is neither a host, nor *.domain, nor an address or CIDR block`,
      );
    }
  }
  return { names, networks };
};

const denied = (hostname: string, why: string): CallscribeError =>
  new CallscribeError('CSC_EGRESS_DENIED', `the host ${hostname} is not called: ${why}`);

/**
 * The rules of an operator.
 *
 * @throws CallscribeError `CSC_SPEC_INVALID` for an entry of `allow` that cannot be read
 * @example createEgressPolicy({ allow: ['127.0.0.0/8'], only: false }).check('localhost', ['127.0.0.1'])
 */
export const createEgressPolicy = ({ allow, only }: EgressOptions): EgressPolicy => {
  const { names, networks } = parseAllowList(allow);
  const isListed = (address: Address): boolean =>
    facesOf(address).some((face) => networks.some((network) => isIn(face, network)));

  const checkAddress = (hostname: string, text: string): void => {
    const address = parseAddress(text);
    if (!address) throw denied(hostname, 'it resolves to something that is no address');
    if (isListed(address)) return;
    if (facesOf(address).some(isForbidden)) throw denied(hostname, 'it is a loopback, link-local or metadata address');
    if (only) throw denied(hostname, 'it is not on the list of --egress-allow');
  };

  return {
    check: (hostname, addresses) => {
      const host = bareHost(hostname);
      if (names.some((pattern) => matchesName(host, pattern))) return;
      if (addresses.length === 0) throw denied(hostname, 'it has no address');
      for (const address of addresses) checkAddress(hostname, address);
    },
  };
};

/** The address that a URL's host literally is; undefined for a name. */
export const literalAddress = (hostname: string): string | undefined => {
  const host = bareHost(hostname);
  return parseAddress(host) ? host : undefined;
};
