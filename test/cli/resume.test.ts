/** Interrupted and resumed, a run ends where an undisturbed one does, bit for bit. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readCheckpoint } from '../../src/tools/train/node/run-folder.ts'
import { readLog } from '../../src/tools/train/node/log-file.ts'
import { start, temporaryFolder, tinyImages, tinyPoints, tweedie } from './tweedie.ts'

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
    writeFileSync(join(out, '.log.jsonl.0123456789ab.tmp'), 'left by a process that was killed')
    const last = await tweedie('train', '--resume', '--out', out)
    expect(last).toMatchObject({ status: 0, stdout: expect.stringContaining('trained') })
    expect(await leavings(out)).toEqual(await leavings(undisturbed))
    expect(readdirSync(out).filter((name) => /\.tmp$|\.saving-|\.lock/.test(name))).toEqual([])
  })

  test('a flow too, with its masks of dropout', async () => {
    const line =
      'train moons --model flow --widths 8 --depth 1 --dropout 0.2 --steps 120 --checkpoint-every 20 --log-every 17 --json'
    const [whole, out] = [join(folder, 'flow'), join(folder, 'flow-killed')]
    const once = tweedie(...line.split(' '), '--out', whole)
    const run = start([...line.split(' '), '--out', out])
    await run.lines(6)
    run.kill('SIGKILL')
    expect((await run.ended).signal).toBe('SIGKILL')
    expect((await once).status).toBe(0)
    expect((await tweedie('train', '--resume', '--out', out)).status).toBe(0)
    expect(await leavings(out)).toEqual(await leavings(whole))
  })

  test('with threads that were asked for, without asking again', async () => {
    const line = [...tinyImages, '--steps', '12', '--checkpoint-every', '2', '--log-every', '3', '--json']
    const [whole, out] = [join(folder, 'threads'), join(folder, 'threads-killed')]
    const once = tweedie('train', ...line, '--threads', '1', '--out', whole)
    const run = start(['train', ...line, '--threads', '1', '--out', out])
    await run.lines(5)
    run.kill('SIGKILL')
    await run.ended
    expect((await once).status).toBe(0)
    expect((await tweedie('train', '--resume', '--out', out)).status).toBe(0)
    const { run: remembered } = (await readCheckpoint(join(out, 'checkpoint.safetensors')))!
    expect(remembered.session).toMatchObject({ device: 'cpu', threads: 1 })
    const weights = (path: string): Buffer => readFileSync(join(path, 'unet/diffusion_pytorch_model.safetensors'))
    expect(weights(out)).toEqual(weights(whole))
  })

  test('after Ctrl-C and SIGTERM and a closed terminal, which save and say how to go on', async () => {
    expect((await reference).status).toBe(0)
    const out = join(folder, 'interrupted')
    for (const [signal, status] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
      ['SIGHUP', 129],
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

  test('after its reader is gone, which saves too', async () => {
    expect((await reference).status).toBe(0)
    const out = join(folder, 'unread')
    const run = start(['train', ...long, '--out', out])
    await run.lines(6)
    run.stopReading()
    const { status, stderr } = await run.ended
    expect(status).toBe(141)
    const { step } = (await readCheckpoint(join(out, 'checkpoint.safetensors')))!.state
    expect(stderr).toContain(`stopped at step ${step}; everything is saved`)
    expect((await tweedie('train', '--resume', '--out', out)).status).toBe(0)
    expect(await leavings(out)).toEqual(await leavings(undisturbed))
  })

  test('after a second Ctrl-C, which leaves nothing half written', async () => {
    expect((await reference).status).toBe(0)
    const out = join(folder, 'twice')
    for (const wait of [3, 40, 90]) {
      const run = start([
        'train',
        ...(wait === 3 ? long : ['--resume', '--json', '--checkpoint-every', '1']),
        '--out',
        out,
      ])
      await run.lines(wait)
      run.kill('SIGINT')
      run.kill('SIGTERM')
      expect([130, 143]).toContain((await run.ended).status)
      const names = readdirSync(out, { recursive: true, encoding: 'utf8' })
      expect(names.filter((name) => /\.tmp$|\.saving-|\.lock/.test(name))).toEqual([])
    }
    expect((await tweedie('train', '--resume', '--checkpoint-every', '100', '--out', out)).status).toBe(0)
    expect(await leavings(out)).toEqual(await leavings(undisturbed))
  })

  test('is refused while another process trains in the folder', async () => {
    const out = join(folder, 'shared')
    const endless = [...tinyPoints, '--minutes', '5', '--json']
    const first = start(['train', ...endless, '--out', out])
    await first.lines(3)
    for (const line of [['--resume'], [...endless, '--force']]) {
      const second = await tweedie('train', ...line, '--out', out)
      expect(second).toMatchObject({ status: 2, stderr: expect.stringMatching(/in use by process \d+/) })
    }
    first.kill('SIGKILL')
    await first.ended
    expect(readdirSync(out)).toContain('.lock')
    expect((await tweedie('train', '--resume', '--steps', '9', '--out', out)).status).toBe(0)
    expect(readdirSync(out)).not.toContain('.lock')
  })

  test('by the same command with --resume: equal values are no change', async () => {
    expect((await reference).status).toBe(0)
    const out = join(folder, 'again')
    const short = long.map((each) => (each === '2000' ? '300' : each))
    expect((await tweedie('train', ...short, '--out', out)).status).toBe(0)
    const last = await tweedie('train', ...long, '--seed', '0', '--decay', 'cosine', '--out', out, '--resume')
    expect(last).toMatchObject({ status: 0 })
    expect((await readCheckpoint(join(out, 'checkpoint.safetensors')))!.state.step).toBe(2000)
    for (const [option, value] of [
      ['--widths', '16'],
      ['--noise', 'linear'],
      ['--items', '65'],
      ['--hold-out', '0.1'],
    ] as const) {
      const changed = await tweedie('train', ...long, '--out', out, '--resume', option, value)
      expect(changed).toMatchObject({ status: 2, stderr: expect.stringContaining(`${option} cannot change`) })
    }
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
