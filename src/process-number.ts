/**
 * Whether the process behind a number that was written down still runs. The number may belong to another one by now: who asks must
 * be safe in both cases.
 * @module
 */

export const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It runs, and is somebody else's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};
