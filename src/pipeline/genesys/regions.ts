/**
 * The regions of Genesys Cloud. The list is that of the official SDK 262.0.0 (`PureCloudRegionHosts`); a test compares them.
 * @module
 */
import { CallscribeError } from '../../errors.ts';

/** Base addresses, without a slash at the end. */
export interface GenesysHosts {
  readonly apiURL: string;
  readonly loginURL: string;
}

/** Domains by AWS region name. */
export const regionDomains: Readonly<Record<string, string>> = {
  'us-east-1': 'mypurecloud.com',
  'us-east-2': 'use2.us-gov-pure.cloud',
  'us-west-2': 'usw2.pure.cloud',
  'ca-central-1': 'cac1.pure.cloud',
  'mx-central-1': 'mxc1.pure.cloud',
  'sa-east-1': 'sae1.pure.cloud',
  'eu-west-1': 'mypurecloud.ie',
  'eu-west-2': 'euw2.pure.cloud',
  'eu-central-1': 'mypurecloud.de',
  'eu-central-2': 'euc2.pure.cloud',
  'eusc-de-east-1': 'edee1.eusc-pure.cloud',
  'me-central-1': 'mec1.pure.cloud',
  'ap-south-1': 'aps1.pure.cloud',
  'ap-southeast-1': 'apse1.pure.cloud',
  'ap-southeast-2': 'mypurecloud.com.au',
  'ap-northeast-1': 'mypurecloud.jp',
  'ap-northeast-2': 'apne2.pure.cloud',
  'ap-northeast-3': 'apne3.pure.cloud',
};

/**
 * The hosts of a region, which may be named as AWS does (`eu-central-1`) or by its domain (`mypurecloud.de`).
 *
 * @throws CallscribeError `CSC_SPEC_INVALID` with the list of known names
 */
export const regionHosts = (region: string): GenesysHosts => {
  const name = region.trim().toLowerCase();
  const known = Object.entries(regionDomains).find(([aws, domain]) => aws === name || domain === name);
  if (!known) {
    const names = Object.entries(regionDomains).map(([aws, domain]) => `${aws} (${domain})`);
    throw new CallscribeError('CSC_SPEC_INVALID', `genesys.region "${region}" is not one of ${names.join(', ')}`);
  }
  const [, domain] = known;
  return { apiURL: `https://api.${domain}`, loginURL: `https://login.${domain}` };
};
