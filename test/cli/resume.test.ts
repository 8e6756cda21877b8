/** Interrupted and resumed, a run ends where an undisturbed one does, bit for bit. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readCheckpoint } from '../../src/tools/train/node/run-folder.ts'
import { readLog } from '../../src/tools/train/node/log-file.ts'
import { start, temporaryFolder, tinyPoints, tweedie } from './tweedie.ts'

const folder = temporaryFolder()
const long = [...tinyPoints, '--steps', '2000', '--checkpoint-every', '100', '--log-every', '37', '--json']

/** Everything that a run leaves, but for times; arrays as digests, so that a difference can be read. */
async function leavings(out: string) {
  const { spec, state } = (await readCheckpoint(join(out, 'checkpoint.safetensors')))!
  const digest = (bytes: Uint8Array | Float32Array): string => createHash('sha256').update(bytes).digest('hex')
  const log = readLog(join(out, 'log.jsonl')).map(({ itemsPerSecond: _, seconds: __, ...line }) => line)
  const { params, average, optimizer, step } = state
  const weights = digest(readFileSync(join(out, 'network/model.safetensors')))
  return { spec, step, state: [params, average, ...Object.values(optimizer.slots)].map(digest), weights, log }
}

describe('resume', () => {
  const undisturbed = join(folder, 'undisturbed')
  const reference = tweedie('train', ...long, '--out', undisturbed)

  test('after kill -9 at any moment', async () => {
    expect((await reference).status).toBe(0)
    const out = join(folder, 'killed')
    let kills = 0
    for (const wait of [2, 9, 5, 20]) {
      const run = start(['train', ...(kills === 0 ? long : ['--resume', '--json']), '--out', out])
      await run.lines(wait)
      run.kill('SIGKILL')
      const { signal } = await run.ended
      if (signal === 'SIGKILL') kills++
    }
    expect(kills).toBeGreaterThan(1)
    const last = await tweedie('train', '--resume', '--out', out)
    expect(last).toMatchObject({ status: 0, stdout: expect.stringContaining('trained') })
    expect(await leavings(out)).toEqual(await leavings(undisturbed))
  })

  test('after Ctrl-C and SIGTERM, which save and say how to go on', async () => {
    expect((await reference).status).toBe(0)
    const out = join(folder, 'interrupted')
    for (const [signal, status] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const) {
      const run = start(['train', ...(status === 130 ? long : ['--resume', '--json']), '--out', out])
      await run.lines(8)
      run.kill(signal)
      const ended = await run.ended
      expect(ended).toMatchObject({ status, stderr: expect.stringContaining(`tweedie train --resume --out ${out}`) })
      const last = JSON.parse(ended.stdout.trim().split('\n').at(-1)!) as { type: string; step: number }
      expect(last).toMatchObject({ type: 'end', reason: 'stopped' })
      expect((await readCheckpoint(join(out, 'checkpoint.safetensors')))!.state.step).toBe(last.step)
    }
    expect((await tweedie('train', '--resume', '--out', out)).status).toBe(0)
    expect(await leavings(out)).toEqual(await leavings(undisturbed))
  })

  test('refuses what would make it another run', async () => {
    expect((await reference).status).toBe(0)
    const before = readFileSync(join(undisturbed, 'checkpoint.safetensors'))
    const batch = await tweedie('train', '--resume', '--out', undisturbed, '--batch', '8')
    expect(batch).toMatchObject({ status: 2, stderr: expect.stringContaining('--batch cannot change') })
    const data = await tweedie('train', 'pinwheel', '--resume', '--out', undisturbed)
    expect(data).toMatchObject({ status: 3, stderr: expect.stringContaining('not the data') })
    expect(readFileSync(join(undisturbed, 'checkpoint.safetensors'))).toEqual(before)
  })
})
