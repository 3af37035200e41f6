// node bundle.mjs BUNDLER PROJECT: bundles page.mjs of a project that has the package installed into
// PROJECT/BUNDLER/page.mjs, each bundler as it comes. A warning is a failure.

import path from 'node:path';

const [bundler, project = '.'] = process.argv.slice(2);
const entry = path.resolve(project, 'page.mjs');
const folder = path.resolve(project, bundler ?? '');

const bundlers = {
  async vite() {
    const { build } = await import('vite');
    const output = { entryFileNames: 'page.mjs' };
    await build({
      root: project,
      configFile: false,
      logLevel: 'warn',
      build: { outDir: folder, rolldownOptions: { input: entry, output } },
    });
  },
  async webpack() {
    const { default: webpack } = await import('webpack');
    const configuration = {
      mode: 'production',
      context: path.resolve(project),
      entry,
      output: { path: folder, filename: 'page.mjs' },
      performance: { hints: false }, // that the wasm is large is known
    };
    const stats = await new Promise((resolve, reject) => {
      webpack(configuration, (error, result) => (error ? reject(error) : resolve(result)));
    });
    if (stats.hasErrors() || stats.hasWarnings()) throw new Error(stats.toString('errors-warnings'));
  },
  async esbuild() {
    const { build } = await import('esbuild');
    const outfile = path.join(folder, 'page.mjs');
    await build({ entryPoints: [entry], bundle: true, format: 'esm', outfile, logLevel: 'warning' });
  },
  async rollup() {
    const { rollup } = await import('rollup');
    const { nodeResolve } = await import('@rollup/plugin-node-resolve');
    const warnings = [];
    const bundle = await rollup({
      input: entry,
      plugins: [nodeResolve()],
      onwarn: (warning) => warnings.push(warning.message),
    });
    await bundle.write({ file: path.join(folder, 'page.mjs'), format: 'es' });
    if (warnings.length > 0) throw new Error(warnings.join('\n'));
  },
};

await bundlers[bundler]();
