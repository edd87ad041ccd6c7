import { describe, expect, it } from 'vitest';
import { parseLdd } from './libraries.ts';

const GLIBC = `	linux-vdso.so.1 (0x00007ffd8cdf9000)
	libdl.so.2 => /lib/x86_64-linux-gnu/libdl.so.2 (0x00007f0000000000)
	libonnxruntime.so => /app/node_modules/sherpa/./libonnxruntime.so (0x00007f0000000001)
	/lib64/ld-linux-x86-64.so.2 (0x00007f0000000002)
`;

describe('parseLdd', () => {
  it('gives the files, the linker included and the kernel left out', () => {
    expect(parseLdd(GLIBC)).toEqual([
      '/lib/x86_64-linux-gnu/libdl.so.2',
      '/app/node_modules/sherpa/./libonnxruntime.so',
      '/lib64/ld-linux-x86-64.so.2',
    ]);
  });

  it('gives nothing for a static program', () => {
    expect(parseLdd('\tstatically linked\n')).toEqual([]);
  });

  it('refuses a library that is not there', () => {
    expect(() => parseLdd('\tlibstdc++.so.6 => not found\n')).toThrow('libstdc++.so.6');
  });
});
