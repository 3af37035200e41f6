// The wasm file of one of the modules that compute, from the host of the page.

/** The answer that brings the file. Rejects with the reason in words for the reader. */
export async function wasmFile(address: string): Promise<Response> {
  let response;
  try {
    response = await fetch(address);
  } catch {
    throw new Error('there is no network, or the server does not answer');
  }
  if (!response.ok) throw new Error(`the server answered ${response.status} for ${response.url}`);
  return response;
}
