/**
 * @module
 */
import platformClient from 'purecloud-platform-client-v2';
import { describe, expect, it } from 'vitest';
import { regionDomains, regionHosts } from './regions.ts';

describe('the table of regions', () => {
  it('is that of the SDK', () => {
    const ofSDK = Object.entries(platformClient.PureCloudRegionHosts).map(([key, host]) => [
      key.replaceAll('_', '-'),
      host,
    ]);
    expect(regionDomains).toEqual(Object.fromEntries(ofSDK));
  });
});

describe('regionHosts', () => {
  it.each([
    ['us-east-1', 'https://api.mypurecloud.com', 'https://login.mypurecloud.com'],
    ['mypurecloud.de', 'https://api.mypurecloud.de', 'https://login.mypurecloud.de'],
    [' EU-West-2 ', 'https://api.euw2.pure.cloud', 'https://login.euw2.pure.cloud'],
  ])('%s', (region, apiURL, loginURL) => {
    expect(regionHosts(region)).toEqual({ apiURL, loginURL });
  });

  it.each(['us-east-9', 'https://api.mypurecloud.com', ''])('refuses %j with the list', (region) => {
    expect(() => regionHosts(region)).toThrow(/ap-south-1 \(aps1\.pure\.cloud\)/);
  });
});
