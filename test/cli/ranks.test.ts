/** Training by threads that share every batch: one run whatever their number, and one end. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { trainRun } from '../../src/app/node/train-run.ts'
import { readSafetensors, toFloat32 } from '../../src/files/io/safetensors.ts'
import { linesIn } from './support.ts'
import { temporaryFolder, tinyPoints } from './tweedie.ts'

const folder = temporaryFolder()
const run = linesIn(folder)
const tiny = `${tinyPoints.join(' ')} --log-every 2 -q --threads 1`

function resultOf(name: string) {
  const place = join(folder, name)
  const lines = readFileSync(join(place, 'log.jsonl'), 'utf8').trim().split('\n')
  const { tensors } = readSafetensors(readFileSync(join(place, 'checkpoint.safetensors')))
  return {
    losses: lines.map((line) => (JSON.parse(line) as { readonly loss: number }).loss),
    tensors: new Map([...tensors].map(([key, tensor]) => [key, toFloat32(tensor)])),
  }
}

/** The events of a run of two threads, until it is stopped. */
async function stopped(name: string, act: (step: number, stop: AbortController) => void) {
  const stop = new AbortController()
  const out = join(folder, name)
  const options = { items: 64, batch: 16, widths: [8], depth: 1, steps: 100_000 }
  let reason: string | undefined
  for await (const event of trainRun({ data: 'moons', out, options, ranks: 2, threads: 1, signal: stop.signal })) {
    if (event.type === 'step') act(event.step, stop)
    if (event.type === 'end') ({ reason } = event)
  }
  return { reason, out }
}

// the first, since threads of earlier runs would be used again
test.each([
  ['has an error', (worker: Worker) => worker.emit('error', new Error('out of memory')), /^thread 1: out of memory$/],
  ['ends', (worker: Worker) => void worker.terminate(), /^thread 1: it ended in the middle of its work \(1\)$/],
])('a thread that %s ends the run, which goes on from its last save', async (what, die, message) => {
  const workers: Worker[] = []
  const collect = (worker: Worker): void => void workers.push(worker)
  process.on('worker', collect)
  const run = stopped(what.replace(/ /g, '-'), (step) => step === 2 && die(workers[0]!))
  await expect(run).rejects.toMatchObject({
    code: 'device',
    message: expect.stringMatching(message) as string,
    hint: expect.stringMatching(/`resume`/) as string,
  })
  process.off('worker', collect)
})

test('two threads make the run of one, and one goes on with it', async () => {
  expect(await run(`train ${tiny} --steps 8 -o FOLDER/one`)).toMatchObject({ status: 0 })
  expect(await run(`train ${tiny} --steps 8 -o FOLDER/two --ranks 2`)).toMatchObject({ status: 0, stderr: '' })
  const [one, two] = [resultOf('one'), resultOf('two')]
  expect(two.losses).toHaveLength(4)
  two.losses.forEach((loss, i) => expect(Math.abs(loss / one.losses[i]! - 1)).toBeLessThan(1e-5))
  for (const [name, values] of two.tensors) {
    const other = one.tensors.get(name)!
    values.forEach((value, i) => expect(Math.abs(value - other[i]!)).toBeLessThan(2e-5))
  }
  expect(await run('train --resume -q --steps 10 -o FOLDER/two')).toMatchObject({ status: 0 })
  expect(await run('train --resume -q --steps 12 -o FOLDER/one --ranks 2')).toMatchObject({ status: 0 })
})

test('what cannot be shared is said once', async () => {
  const { status, stderr } = await run(`train ${tiny} --steps 4 -o FOLDER/odd --ranks 3`)
  expect(status).toBe(2)
  expect(stderr.match(/cannot be shared evenly by 3/g)).toHaveLength(1)
  expect(existsSync(join(folder, 'odd', '.lock'))).toBe(false)
})

test('all stop together, saved, and the run goes on', async () => {
  const { reason, out } = await stopped('stopped', (step, stop) => step === 3 && stop.abort())
  expect(reason).toBe('stopped')
  expect(existsSync(join(out, 'checkpoint.safetensors'))).toBe(true)
  expect(await run('train --resume -q --ranks 2 --steps 6 -o FOLDER/stopped')).toMatchObject({ status: 0 })
})
