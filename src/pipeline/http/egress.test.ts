/**
 * @module
 */
import { describe, expect, it } from 'vitest';
import { CallscribeError } from '../../errors.ts';
import { createEgressPolicy, literalAddress } from './egress.ts';

const verdict = (allow: readonly string[], only: boolean, hostname: string, addresses: readonly string[]): string => {
  try {
    createEgressPolicy({ allow, only }).check(hostname, addresses);
    return 'allowed';
  } catch (error) {
    return error instanceof CallscribeError ? error.code : String(error);
  }
};

describe('an egress policy without a list', () => {
  it.each([
    '127.0.0.1',
    '127.255.1.2',
    '0.0.0.0',
    '0.1.2.3',
    '169.254.169.254',
    '169.254.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.192',
    '::1',
    '::',
    'fe80::1',
    'fe80::1%eth0',
    'ff02::1',
    'fd00:ec2::254',
    '::ffff:127.0.0.1',
    '::ffff:a9fe:a9fe',
    '::ffff:0:169.254.169.254',
    '::127.0.0.1',
    '64:ff9b::169.254.169.254',
    '2002:7f00:1::',
    'nonsense',
  ])('refuses %s', (address) => {
    expect(verdict([], false, 'api.example.com', [address])).toBe('CSC_EGRESS_DENIED');
  });

  it.each([
    '93.184.216.34',
    '10.0.0.7',
    '172.16.3.4',
    '192.168.1.1',
    '2606:4700::1111',
    'fd12:3456::1',
    '64:ff9b::808:808',
  ])('allows %s', (address) => {
    expect(verdict([], false, 'api.example.com', [address])).toBe('allowed');
  });

  it('refuses a name as a whole when one of its addresses is forbidden, or it has none', () => {
    expect(verdict([], false, 'x.example.com', ['93.184.216.34', '127.0.0.1'])).toBe('CSC_EGRESS_DENIED');
    expect(verdict([], false, 'x.example.com', [])).toBe('CSC_EGRESS_DENIED');
  });
});

describe('an egress policy with a list', () => {
  it.each([
    { allow: ['127.0.0.0/8'], only: false, host: 'localhost', addresses: ['127.0.0.1'], expected: 'allowed' },
    {
      allow: ['127.0.0.0/8'],
      only: false,
      host: 'localhost',
      addresses: ['127.0.0.1', '::1'],
      expected: 'CSC_EGRESS_DENIED',
    },
    {
      allow: ['127.0.0.0/8', '::1'],
      only: false,
      host: 'localhost',
      addresses: ['127.0.0.1', '::1'],
      expected: 'allowed',
    },
    { allow: ['127.0.0.0/8'], only: false, host: 'x', addresses: ['::ffff:127.0.0.1'], expected: 'allowed' },
    { allow: ['sim.local'], only: false, host: 'SIM.local.', addresses: ['127.0.0.1'], expected: 'allowed' },
    { allow: ['sim.local'], only: false, host: 'x.sim.local', addresses: ['127.0.0.1'], expected: 'CSC_EGRESS_DENIED' },
    { allow: ['*.sim.local'], only: false, host: 'a.b.sim.local', addresses: ['127.0.0.1'], expected: 'allowed' },
    { allow: ['*.sim.local'], only: false, host: 'sim.local', addresses: ['127.0.0.1'], expected: 'CSC_EGRESS_DENIED' },
    {
      allow: ['*.sim.local'],
      only: false,
      host: 'evilsim.local',
      addresses: ['127.0.0.1'],
      expected: 'CSC_EGRESS_DENIED',
    },
    {
      allow: ['*.sim.local'],
      only: true,
      host: 'api.example.com',
      addresses: ['8.8.8.8'],
      expected: 'CSC_EGRESS_DENIED',
    },
    { allow: ['8.8.8.8'], only: true, host: 'api.example.com', addresses: ['8.8.8.8'], expected: 'allowed' },
    { allow: ['[::1]'], only: false, host: '[::1]', addresses: ['::1'], expected: 'allowed' },
    { allow: ['127.0.0.0/8'], only: true, host: 'db', addresses: ['10.0.0.1'], expected: 'CSC_EGRESS_DENIED' },
  ])('$allow (only: $only): $host at $addresses is $expected', ({ allow, only, host, addresses, expected }) => {
    expect(verdict(allow, only, host, addresses)).toBe(expected);
  });

  it.each(['*', 'http://x', '10.0.0.0/99', 'a b', '', '*.*.x'])('does not take %j for an entry', (entry) => {
    expect(verdict([entry], false, 'x', ['8.8.8.8'])).toBe('CSC_SPEC_INVALID');
  });
});

describe('literalAddress', () => {
  it.each([
    ['[::1]', '::1'],
    ['127.0.0.1', '127.0.0.1'],
    ['localhost', undefined],
  ])('%s', (hostname, expected) => {
    expect(literalAddress(hostname)).toBe(expected);
  });
});
