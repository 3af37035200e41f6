// The bytes of one of the modules that compute, from the host of the page.

/** Rejects with the reason in words for the reader. */
export async function bytesOf(address: string): Promise<ArrayBuffer> {
  let response;
  try {
    response = await fetch(address);
  } catch {
    throw new Error('there is no network, or the server does not answer');
  }
  if (!response.ok) throw new Error(`the server answered ${response.status} for ${response.url}`);
  return response.arrayBuffer();
}
