/**
 * ONNX Runtime's own files, for the Lab: in a folder of `assets` that is named by what they hold. The engine gets the folder, so on the
 * CPU it loads the bare module (9 kB instead of 23, gzip), and works in its memory.
 */
import { createHash } from 'node:crypto'
import { readFileSync, realpathSync } from 'node:fs'
import { basename, join } from 'node:path'
import { defaultClientConditions, type Plugin } from 'vite'

const from = realpathSync('node_modules/onnxruntime-web/dist')
/** For the CPU, and for WebGPU. */
const names = ['ort-wasm-simd-threaded', 'ort-wasm-simd-threaded.asyncify'].flatMap((name) => [
  `${name}.mjs`,
  `${name}.wasm`,
])
const types: Readonly<Record<string, string>> = { mjs: 'text/javascript', wasm: 'application/wasm' }

/** Writes the files, or serves them in development; `RUNTIME_FOLDER` is their folder, relative to the page. */
export function runtime(): Plugin {
  const files = new Map(names.map((name) => [name, readFileSync(join(from, name))]))
  const hash = createHash('sha256')
  for (const bytes of files.values()) hash.update(bytes)
  const folder = `assets/ort-${hash.digest('hex').slice(0, 8)}/`
  return {
    name: 'tweedie-runtime',
    config: () => ({
      define: { RUNTIME_FOLDER: JSON.stringify(folder) },
      // Its modules without the files, which would be written twice.
      resolve: { conditions: ['onnxruntime-web-use-extern-wasm', ...defaultClientConditions] },
    }),
    configureServer({ middlewares }) {
      middlewares.use((request, response, next) => {
        const [path = ''] = (request.url ?? '').split('?')
        const bytes = path.startsWith(`/${folder}`) ? files.get(basename(path)) : undefined
        if (bytes === undefined) return next()
        response.setHeader('content-type', types[path.split('.').at(-1)!]!)
        response.end(bytes)
      })
    },
    generateBundle() {
      for (const [name, source] of files) {
        this.emitFile({ type: 'asset', fileName: folder + name, originalFileName: join(from, name), source })
      }
    },
  }
}
