/** Ends the process (`exit`, `throw`) or a worker that holds the only session (`worker`) while a long run is in flight. */
import { writeSync } from 'node:fs'
import { Worker, isMainThread, parentPort } from 'node:worker_threads'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import { slow } from './models.ts'

const how = process.argv[2]
const prefer = process.argv[3] as 'capi' | 'binding'

if (how === 'worker' && isMainThread) {
  const code = `import('tsx/esm/api').then(({ register }) => (register(), import('${import.meta.url}')))`
  const worker = new Worker(code, { eval: true, argv: ['worker', prefer] })
  await new Promise((resolve) => worker.once('message', resolve))
  await worker.terminate()
  process.exit(7)
}

const matrix = () => ({ dtype: 'float32' as const, shape: [256, 256], data: new Float32Array(256 * 256) })
const engine = await nodeEngine({ prefer })
const session = await engine.createSession(slow(2000), { threads: 1, optimization: 'disabled' })
for (let run = 0; run < 6; run++) session.run({ x: matrix() }, { y: matrix() }).catch(() => {})

setTimeout(() => {
  writeSync(1, 'in flight\n')
  if (how === 'exit') process.exit(7)
  if (how === 'throw') throw new Error('on purpose')
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin
  parentPort?.postMessage('running')
}, 20)
