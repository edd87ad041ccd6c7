/**
 * A real browser, where this machine has one; `hack/browser.sh` sees to it.
 * @module
 */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** The path of a Chromium: `CALLSCRIBE_CHROMIUM`, or one in `PATH`. */
export const findChromium = (): string | undefined => {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const paths = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [process.env['CALLSCRIBE_CHROMIUM'] ?? '', ...paths].find((path) => path !== '' && isExecutable(path));
};
