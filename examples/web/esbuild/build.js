import { cpSync, mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))

await build({
  entryPoints: { main: here('main.js'), worker: 'tweedie/web/worker' },
  absWorkingDir: here('.'),
  bundle: true,
  splitting: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  outdir: here('dist'),
  // With `assets` the runtime comes from its folder.
  external: ['onnxruntime-web/*'],
})

const runtime = dirname(createRequire(import.meta.url).resolve('onnxruntime-web/wasm'))
mkdirSync(here('dist/ort'), { recursive: true })
for (const name of ['ort-wasm-simd-threaded.mjs', 'ort-wasm-simd-threaded.wasm']) {
  cpSync(join(runtime, name), join(here('dist/ort'), name))
}
cpSync(here('index.html'), here('dist/index.html'))
