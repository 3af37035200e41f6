// The parts of the page that a program needs only now and then.

/** Waits for one. Rejects with the reason in words for the reader. */
export async function part<Module>(loading: Promise<Module>): Promise<Module> {
  try {
    return await loading;
  } catch {
    throw new Error('there is no network, or the server does not have a part of this page');
  }
}
