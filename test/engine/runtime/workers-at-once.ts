/** Three workers and the main thread, each running many times at once; prints what each found its values to be. */
import { Worker, isMainThread, parentPort } from 'node:worker_threads'
import { add, input } from '../../../src/engine/graph/index.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import { compile } from '../../../src/engine/runtime/program.ts'

const name = process.argv[2] as 'capi' | 'binding'

if (isMainThread) {
  const code = `import('tsx/esm/api').then(({ register }) => (register(), import('${import.meta.url}')))`
  const answers = Array.from(
    { length: 3 },
    () =>
      new Promise((resolve, reject) => {
        const worker = new Worker(code, { eval: true, argv: [name] })
        worker.once('message', resolve)
        worker.once('error', reject)
      }),
  )
  console.log((await Promise.all([...answers, work()])).join(' '))
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin
} else parentPort!.postMessage(await work())

async function work(): Promise<'right' | 'wrong'> {
  using program = await compile({ y: add(input('x', [1000]), 1) }, await nodeEngine({ prefer: name }), {
    threads: 1,
    thread: 'pool',
  })
  const memory = new Float32Array(1000)
  using bound = program.bind({ x: memory }, { y: memory })
  const runs = Array.from({ length: 30 }, (_, i) => program.run({ x: new Float32Array(1000).fill(i) }))
  const [results] = await Promise.all([Promise.all(runs), Promise.all(Array.from({ length: 30 }, () => bound.run()))])
  const right = memory.every((value) => value === 30) && results.every(({ y }, i) => y!.every((each) => each === i + 1))
  return right ? 'right' : 'wrong'
}
