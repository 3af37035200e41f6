// Starts a module of the C++ side from the bytes of its wasm file.

interface Options {
  instantiateWasm(imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void): object;
}

/** `what` is the program in words. The bytes work from any host, whatever media type it sends. */
export async function instantiated<Module>(
  createModule: (options: Options) => Promise<Module>,
  bytes: BufferSource,
  what: string,
): Promise<Module> {
  if (typeof WebAssembly !== 'object') throw new Error('this browser does not run WebAssembly');
  // Some versions of Emscripten never settle their promise when instantiation fails; so ours is settled here.
  return new Promise<Module>((resolve, reject) => {
    const instantiateWasm: Options['instantiateWasm'] = (imports, done) => {
      WebAssembly.instantiate(bytes, imports)
        .then(({ instance }) => {
          try {
            done(instance);
          } catch (cause) {
            throw new Error(`the wasm file is another program than ${what} of this page`, { cause });
          }
        })
        .catch(reject);
      return {};
    };
    createModule({ instantiateWasm }).then(resolve, reject);
  });
}
