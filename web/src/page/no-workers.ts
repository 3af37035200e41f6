// In the place of workers.ts where the lesson is one file: a file from disk starts no workers.

export const trustedAddress = (): never => {
  throw new Error('the lesson in one file has no scripts beside it');
};

export const startWorker = (): undefined => undefined;
