/** A session in a process of its own, which is killed in the middle of a run and before one; prints how each run ended. */
import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { apartEngine } from '../../../src/engine/runtime/node/ort-apart.ts'
import type { TensorData } from '../../../src/engine/runtime/session.ts'
import { relu } from './models.ts'

const net = await apartEngine.createSession(relu, { threads: 1 })
const tensor = (data: Float32Array): TensorData => ({ dtype: 'float32', shape: [data.length], data })

async function run(length: number): Promise<string> {
  const y = new Float32Array(length)
  const x = Float32Array.from(y, (_, i) => i - 1)
  const ended = await net.run({ x: tensor(x) }, { y: tensor(y) }).catch((error: unknown) => error as Error)
  return ended instanceof Error ? ended.message : y.slice(0, 3).join()
}

/** Kills the processes that this one has started. */
function kill(): void {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8')
  for (const pid of children.split(' ').filter(Boolean)) {
    if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('binding-host')) process.kill(Number(pid), 'SIGKILL')
  }
}

console.log(await run(3))
const killed = run(5_000_000)
kill()
console.log(await killed)
console.log(await run(3))
kill()
await pause(200)
console.log(await run(3))
net.dispose()
