/** The package for the site's own pages: every entry as a browser gets it, and the runtime beside it. */
import { cpSync, readdirSync } from 'node:fs'
import { basename } from 'node:path'
import { build } from 'esbuild'
import manifest from '../../package.json' with { type: 'json' }
import { entries as specificFirst } from '../api/entries.ts'
import { root, stagePublic } from '../paths.ts'

/** Of each entry (`tweedie/noise`): its file in the folder, and the names that it has in a browser. */
export type Bundled = ReadonlyMap<string, { readonly file: string; readonly names: ReadonlySet<string> }>

const runtime = `${root}node_modules/onnxruntime-web/dist/`

/** Bundles all entries into a folder, which is called `package`. */
export async function bundlePackage(out = `${stagePublic}package`): Promise<Bundled> {
  const entries = Object.entries(manifest.exports).flatMap(([path, target]) => {
    if (typeof target === 'string') return []
    const file = 'browser' in target ? target.browser : target.default
    const source = file.replace('./dist/', 'src/').replace(/\.js$/, '.ts')
    return [{ name: path.replace(/^\./, 'tweedie'), file: path === '.' ? 'index' : path.slice(2), source }]
  })
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: {
      ...Object.fromEntries(entries.map(({ file, source }) => [file, source])),
      'stand-ins': 'site/examples/page/stand-ins.ts',
      worker: 'site/examples/page/worker.ts',
    },
    outdir: out,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    keepNames: true,
    metafile: true,
    logLevel: 'error',
    plugins: [
      {
        name: 'onnxruntime-web',
        setup: ({ onResolve }) =>
          onResolve({ filter: /^onnxruntime-web\/(wasm|webgpu)$/ }, ({ path }) => ({
            path: `../ort/ort.${basename(path)}.min.mjs`,
            external: true,
          })),
      },
    ],
  })
  for (const name of readdirSync(runtime)) {
    if (/^ort\.(wasm|webgpu)\.min\.mjs$|^ort-wasm-simd-threaded(\.asyncify)?\.(mjs|wasm)$/.test(name)) {
      cpSync(runtime + name, `${out}/ort/${name}`)
    }
  }
  const order = (name: string): number => specificFirst.findIndex((entry) => entry.name === name)
  return new Map(
    entries
      .toSorted((a, b) => order(a.name) - order(b.name))
      .map(({ name, file }) => {
        const [, output] = Object.entries(metafile.outputs).find(([path]) => path.endsWith(`/package/${file}.js`))!
        return [name, { file: `${file}.js`, names: new Set(output.exports) }]
      }),
  )
}

/** Every name that an entry has in Node. */
export async function namesInNode(): Promise<ReadonlySet<string>> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: specificFirst.map(({ source }) => source),
    outdir: 'nowhere',
    bundle: true,
    write: false,
    metafile: true,
    splitting: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    logLevel: 'error',
  })
  return new Set(Object.values(metafile.outputs).flatMap(({ entryPoint, exports }) => (entryPoint ? exports : [])))
}
